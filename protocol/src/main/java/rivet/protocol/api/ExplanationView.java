package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why an actor is, or is not, running.
 *
 * @param reason why it is in its state: a stable code
 * @param since when it came into it
 * @param message the same for people, in sentences
 * @param generation its latest start; 0 before the first
 * @param agent that holds it
 * @param nextAttemptAt when it is started again at the earliest; absent where that is not a matter of time
 * @param queuePosition of one that waits for an agent: its place among those of its region, from 1; absent beyond 10 000
 * @param placeBy when it is destroyed if it still waits for its first agent; absent if it waits as long as it takes
 * @param exitCode with which its last process ended; absent if none has, or a signal ended it
 * @param lastLogs what it printed last, oldest first
 */
public record ExplanationView(
        String state,
        @Nullable String reason,
        Instant since,
        String message,
        long generation,
        @Nullable String agent,
        @Nullable Instant nextAttemptAt,
        @Nullable Integer queuePosition,
        @Nullable Instant placeBy,
        @Nullable Integer exitCode,
        List<String> lastLogs) {}
