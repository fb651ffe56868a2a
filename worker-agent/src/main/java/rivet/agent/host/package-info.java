/**
 * What the agent asks of Linux: start a process inside a sandbox of its own, hear of its end and its output, and end its
 * whole tree. Spawning, waiting and reading go straight to the C library: Java's own {@code Process} wants a thread for
 * each child and each pipe, and cannot tell an exit code of 137 from a kill. Deliberately absent: what is started and
 * why; nothing here knows actors.
 */
@NullMarked
package rivet.agent.host;

import org.jspecify.annotations.NullMarked;
