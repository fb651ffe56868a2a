/**
 * What the agent asks of its machine: a sandbox with a folder, control groups and a user of its own, a process in it, which
 * the warden starts and holds, and the end of its whole tree; at the start, what lives on from an earlier run, and the end
 * of the rest. Deliberately absent: what is started and why; nothing here knows actors.
 */
@NullMarked
package rivet.agent.host;

import org.jspecify.annotations.NullMarked;
