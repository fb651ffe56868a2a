/** Tests of an actor's life: decisions as pure functions, columns on a real Postgres. */
@NullMarked
package rivet.controlplane.checkpoint;

import org.jspecify.annotations.NullMarked;
