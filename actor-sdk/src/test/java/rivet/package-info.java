@NullMarked
package rivet;

import org.jspecify.annotations.NullMarked;
