package rivet.client;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why an actor is, or is not, running.
 *
 * @param state where it is in its life
 * @param reason why: a stable code; {@code null} if there is nothing to say
 * @param since when it came into this state, by the server's clock
 * @param message the same for people, in a sentence
 * @param generation its latest start
 * @param agent the machine that it is on; {@code null} if it is on none
 * @param nextAttemptAt when it is tried again; {@code null} if nothing is planned
 * @param exitCode with which its last process ended; {@code null} if none has, or it was killed
 * @param lastLogs what it printed last, oldest first; unmodifiable
 */
public record Explanation(
        ActorState state,
        @Nullable String reason,
        Instant since,
        String message,
        long generation,
        @Nullable String agent,
        @Nullable Instant nextAttemptAt,
        @Nullable Integer exitCode,
        List<String> lastLogs) {

    /** Checks that the server sent what an explanation always has. */
    public Explanation {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(since, "since");
        lastLogs = Answers.orEmpty(lastLogs);
    }
}
