/**
 * The whole system in one process: an embedded Postgres, the control plane and one agent. Deliberately absent: behaviour
 * of its own. It calls the same doors as the programs that run apart, with other settings.
 */
@NullMarked
package rivet.devserver;

import org.jspecify.annotations.NullMarked;
