/** The machines that run actors, for who operates them. */
@NullMarked
package rivet.cli.agent;

import org.jspecify.annotations.NullMarked;
