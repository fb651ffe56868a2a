package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of an actor's state.
 *
 * @param id where to go on from: as {@code cursor}, or as {@code Last-Event-ID}
 * @param time by the database's clock
 * @param state the state that began
 * @param reason why: a stable code; absent only in old entries
 * @param generation the start that it is about
 * @param agent the agent that held the actor, or gave it up
 * @param exitCode of the process that ended; absent if none did, or a signal ended it
 * @param by who caused it: {@code caller:NAME}, {@code loop:NAME} or {@code agent}; absent only in old entries
 * @param message for people
 */
public record ActorEventView(
        String id,
        Instant time,
        String state,
        @Nullable String reason,
        long generation,
        @Nullable String agent,
        @Nullable Integer exitCode,
        @Nullable String by,
        @Nullable String message) {

    public record Many(List<ActorEventView> events, ActorView.Pagination pagination) {}
}
