@NullMarked
package rivet.actor;

import org.jspecify.annotations.NullMarked;
