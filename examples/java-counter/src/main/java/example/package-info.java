/** A counter that is an actor. */
@NullMarked
package example;

import org.jspecify.annotations.NullMarked;
