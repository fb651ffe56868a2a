/**
 * The agent's way to the control plane: one socket for sets, facts and lines, a request of its own for each heartbeat,
 * requests for builds and for where other actors are. Deliberately absent: what follows from a set, and any memory of the
 * facts; whoever asks for the connection is asked for them again at each reconnect.
 */
@NullMarked
package rivet.agent.link;

import org.jspecify.annotations.NullMarked;
