package rivet.client;

import java.time.Duration;

/** What a caller gave, checked before anything is sent. */
final class Checks {

    private Checks() {}

    static Duration notNegative(String name, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("%s: %s (expected: not negative)".formatted(name, duration));
        }
        return duration;
    }

    static Duration positive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("%s: %s (expected: more than zero)".formatted(name, duration));
        }
        return duration;
    }

    /** An id becomes part of a path: an empty one would address the collection. */
    static String id(String id) {
        if (id.isBlank()) {
            throw new IllegalArgumentException("id: '%s' (expected: not empty)".formatted(id));
        }
        return id;
    }
}
