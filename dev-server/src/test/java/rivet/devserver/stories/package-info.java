/** The whole system as its users meet it: a dev server process, the command, real clients. One class, one story. */
@NullMarked
package rivet.devserver.stories;

import org.jspecify.annotations.NullMarked;
