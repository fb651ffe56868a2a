@NullMarked
package rivet.agent;

import org.jspecify.annotations.NullMarked;
