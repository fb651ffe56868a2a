/**
 * Turns what actors print into lines: cut to a length, held to a rate, with an exact count of what was left out.
 * Deliberately absent: keeping and sending them.
 */
@NullMarked
package rivet.agent.output;

import org.jspecify.annotations.NullMarked;
