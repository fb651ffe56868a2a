@NullMarked
package rivet.devserver;

import org.jspecify.annotations.NullMarked;
