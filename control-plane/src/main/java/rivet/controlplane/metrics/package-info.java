/**
 * What the control plane tells Prometheus. Rooms count what happens in them with the registry that is made here; what is true
 * of the whole system is asked of the database when someone looks. Each meter is explained in docs/operate/metrics.md.
 */
@NullMarked
package rivet.controlplane.metrics;

import org.jspecify.annotations.NullMarked;
