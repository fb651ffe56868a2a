package rivet.devserver.linearizability;

import java.util.Optional;

/**
 * What a client asked and heard.
 *
 * @param answer absent: nobody told it whether it was done, and it may be done at any time from then on, or never
 * @param invokedNanos on {@link System#nanoTime}, as all of one history
 * @param returnedNanos when the answer came; without one it means nothing
 */
public record Operation(
        String client, Command command, Optional<String> answer, long invokedNanos, long returnedNanos) {

    /** As it was known at that time. */
    Operation asOf(long nanos) {
        return returnedNanos <= nanos
                ? this
                : new Operation(client, command, Optional.empty(), invokedNanos, Long.MAX_VALUE);
    }

    /** That nobody was told what a read found says nothing. */
    boolean saysNothing() {
        return command.isRead() && answer.isEmpty();
    }
}
