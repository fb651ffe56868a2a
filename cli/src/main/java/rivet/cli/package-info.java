@NullMarked
package rivet.cli;

import org.jspecify.annotations.NullMarked;
