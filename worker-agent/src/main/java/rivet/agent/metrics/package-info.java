/**
 * What an agent tells Prometheus: the meters, and the small server on a port of its own that shows them. Each meter is
 * explained in docs/operate/metrics.md. Deliberately absent: counting on hot paths, which the rooms do themselves.
 */
@NullMarked
package rivet.agent.metrics;

import org.jspecify.annotations.NullMarked;
