/** A new project's files. */
@NullMarked
package rivet.cli.init;

import org.jspecify.annotations.NullMarked;
