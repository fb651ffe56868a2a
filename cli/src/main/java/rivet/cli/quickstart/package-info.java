/** From nothing to an actor that replies, in one command. Deliberately absent: what the dev server does. */
@NullMarked
package rivet.cli.quickstart;

import org.jspecify.annotations.NullMarked;
