/**
 * Lets a caller repeat a request without repeating what it does, by a key of the caller's choice. Deliberately absent: what is
 * done; other rooms bring that, and say how to remember what came of it.
 */
@NullMarked
package rivet.controlplane.idempotency;

import org.jspecify.annotations.NullMarked;
