/** Builds on their way to the server, and what is there. Deliberately absent: how an artifact is made. */
@NullMarked
package rivet.cli.deploy;

import org.jspecify.annotations.NullMarked;
