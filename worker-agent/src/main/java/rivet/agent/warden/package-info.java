/**
 * The warden: one small process for each agent that is the parent of every process the agent starts, so that the agent can
 * die and come back without them. It holds their pipes and drains them into files of a bounded size, keeps their exit codes
 * until the agent has written them down, counts graces and the lease, and ends everything when no agent comes back. {@link
 * rivet.agent.warden.Warden} is the agent's side of it; {@link rivet.agent.warden.WardenMain} is the process. The two speak
 * over a Unix socket in the agent's data folder, in the words of {@code Message}. It knows no actors, no HTTP and no control
 * plane, so that it changes rarely; and no library but a logger, so that it stays small.
 */
@NullMarked
package rivet.agent.warden;

import org.jspecify.annotations.NullMarked;
