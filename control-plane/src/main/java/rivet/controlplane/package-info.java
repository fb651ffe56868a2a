/**
 * Decides: intent, placement, routes; the only one that knows Postgres. Here it is only put together; each package below is
 * a room with one feature. Deliberately absent: running anything.
 */
@NullMarked
package rivet.controlplane;

import org.jspecify.annotations.NullMarked;
