/** Whose things are: projects and environments, and what is true of the whole installation. Deliberately absent: who may do what. */
@NullMarked
package rivet.controlplane.tenancy;

import org.jspecify.annotations.NullMarked;
