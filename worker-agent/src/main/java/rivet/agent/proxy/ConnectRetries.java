package rivet.agent.proxy;

import java.time.Duration;
import java.util.Optional;

/** When to knock again at an actor that refuses connections: soon at first, then less so, and not for ever. */
final class ConnectRetries {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(25);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

    private final Duration bound;
    private final long since;
    private Duration pause = FIRST_PAUSE;

    /** @param bound how long an actor may refuse @param since when it was first knocked, in {@link System#nanoTime} */
    ConnectRetries(Duration bound, long since) {
        this.bound = bound;
        this.since = since;
    }

    /** Empty when it has refused for too long. @param now in {@link System#nanoTime} */
    Optional<Duration> refused(long now) {
        if (now - since >= bound.toNanos()) {
            return Optional.empty();
        }
        var next = pause;
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return Optional.of(next);
    }
}
