package rivet.agent.link;

import java.time.Duration;

/** How long to wait before the next attempt: doubles up to a cap, and differs between agents. Pure. */
record Backoff(Duration first, Duration cap) {

    private static final int MOST_DOUBLINGS = 20;

    Backoff {
        if (first.isNegative() || first.isZero() || cap.compareTo(first) < 0) {
            throw new IllegalArgumentException("backoff: %s, %s (expected: 0 < first <= cap)".formatted(first, cap));
        }
    }

    /**
     * @param attempt from 0
     * @param chance from 0 to 1: where between half and the whole the delay lies
     */
    Duration delay(int attempt, double chance) {
        var whole = first.multipliedBy(1L << Math.clamp(attempt, 0, MOST_DOUBLINGS));
        var capped = whole.compareTo(cap) < 0 ? whole : cap;
        return Duration.ofNanos((long) (capped.toNanos() * (0.5 + chance / 2)));
    }
}
