package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent as the API shows it.
 *
 * @param state what its heartbeats say: {@code ready}, {@code silent} or {@code lost}
 * @param cordoned whether it is given no new actors because an operator said so
 * @param cordonedAt since when; absent if it is not
 * @param drain how far its emptying is; absent while it is not emptied
 * @param reserved by the actors that it holds
 * @param heartbeatAgeMs since its last granted heartbeat, by the database's clock
 * @param joinedAt when it joined for the first time
 */
public record AgentView(
        String id,
        String region,
        String state,
        boolean cordoned,
        @Nullable Instant cordonedAt,
        @Nullable Drain drain,
        String version,
        String proxyUrl,
        ActorView.Resources capacity,
        ActorView.Resources reserved,
        Actors actors,
        long heartbeatAgeMs,
        Instant joinedAt) {

    /** How many it holds, by state. */
    public record Actors(int starting, int running, int stopping) {}

    /**
     * How far the emptying of an agent is.
     *
     * @param state {@code draining}, {@code blocked} (no other agent has room for what is left) or {@code drained}
     * @param deadline when those are stopped as well that have no other place
     * @param moved durable actors that were stopped here and given to another agent at once
     * @param ended actors that are not durable, and were stopped here for good
     * @param failed durable actors that were stopped here and found no agent at once: they wait for one as {@code pending}
     * @param stopping actors that are being stopped
     * @param remaining actors that were not told to stop yet
     * @param blocked of them those for which no other agent has room
     */
    public record Drain(
            String state,
            Instant beganAt,
            Instant deadline,
            int moved,
            int ended,
            int failed,
            int stopping,
            int remaining,
            int blocked) {}

    /** What a drain is asked for with. @param deadlineMs from now; absent: the installation's default */
    public record DrainRequest(@Nullable Long deadlineMs) {}

    public record One(AgentView agent) {}

    public record Many(List<AgentView> agents) {}
}
