package rivet.client;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change in an actor's life.
 *
 * @param id names the change; later ones of the same actor have other ids, in no order that a caller should rely on
 * @param time when, by the server's clock
 * @param state the state that began
 * @param reason why: a stable code; {@code null} if there is nothing to say
 * @param generation the start that it is about
 * @param agent the machine that it is about; {@code null} if it is about none
 * @param exitCode with which the process ended; {@code null} if it did not, or was killed
 * @param by who asked for it; {@code null} if nobody did
 * @param message more for people; {@code null} if there is nothing to say
 */
public record ActorEvent(
        String id,
        Instant time,
        ActorState state,
        @Nullable String reason,
        long generation,
        @Nullable String agent,
        @Nullable Integer exitCode,
        @Nullable String by,
        @Nullable String message) {

    /** Checks that the server sent what a change always has. */
    public ActorEvent {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(state, "state");
    }
}
