@NullMarked
package rivet.actor.testing;

import org.jspecify.annotations.NullMarked;
