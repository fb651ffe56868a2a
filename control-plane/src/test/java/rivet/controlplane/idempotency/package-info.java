/** Tests of what makes two requests the same. */
@NullMarked
package rivet.controlplane.idempotency;

import org.jspecify.annotations.NullMarked;
