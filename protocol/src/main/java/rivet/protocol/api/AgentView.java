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
        String version,
        String proxyUrl,
        ActorView.Resources capacity,
        ActorView.Resources reserved,
        Actors actors,
        long heartbeatAgeMs,
        Instant joinedAt) {

    /** How many it holds, by state. */
    public record Actors(int starting, int running, int stopping) {}

    public record One(AgentView agent) {}

    public record Many(List<AgentView> agents) {}
}
