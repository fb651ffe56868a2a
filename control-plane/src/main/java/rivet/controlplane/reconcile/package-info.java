/** Loops that bring intent and fact together. Each pass looks at the world and takes no input. Nobody imports this room. */
@NullMarked
package rivet.controlplane.reconcile;

import org.jspecify.annotations.NullMarked;
