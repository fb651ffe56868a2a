/** The packages that actors' authors use, as their authors use them. */
@NullMarked
package rivet.actor;

import org.jspecify.annotations.NullMarked;
