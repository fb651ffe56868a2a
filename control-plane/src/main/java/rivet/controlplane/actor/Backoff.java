package rivet.controlplane.actor;

import java.time.Duration;

/**
 * How long a crashed actor rests: not at all after the first crash in a row, then longer each time.
 *
 * @param healthyAfter an actor that ran this long is taken for healthy, and its earlier crashes are forgotten
 */
record Backoff(Duration base, Duration max, Duration healthyAfter) {

    private static final double JITTER = 0.2;

    Backoff {
        if (base.isNegative() || base.isZero() || base.compareTo(max) > 0) {
            throw new IllegalArgumentException("backoff: %s, %s (expected: 0 < base <= max)".formatted(base, max));
        }
    }

    /** @param crashes in a row, this one counted @param chance 0 to 1: keeps many from returning at the same instant */
    Duration delay(int crashes, double chance) {
        if (crashes <= 1) {
            return Duration.ZERO;
        }
        var doublings = Math.min(crashes - 2, 30);
        var exact = Math.min(base.toMillis() * Math.pow(2, doublings), (double) max.toMillis());
        return Duration.ofMillis(Math.round(exact * (1 + JITTER * (2 * chance - 1))));
    }
}
