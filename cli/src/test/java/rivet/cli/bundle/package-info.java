/** What the tests of the command need to see of this room. */
@NullMarked
package rivet.cli.bundle;

import org.jspecify.annotations.NullMarked;
