/**
 * The kernel as the agent and its warden use it: spawn, wait, poll, signal, control groups, and the table of all processes.
 * Spawning, waiting and reading go straight to the C library: Java's own {@code Process} wants a thread for each child and
 * each pipe, and cannot tell an exit code of 137 from a kill. Needs nothing but the JDK and a logger, because the warden has
 * nothing else. Deliberately absent: what is started and why.
 */
@NullMarked
package rivet.agent.linux;

import org.jspecify.annotations.NullMarked;
