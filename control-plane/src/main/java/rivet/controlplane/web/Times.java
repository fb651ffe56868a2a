package rivet.controlplane.web;

import org.jspecify.annotations.Nullable;

/** Times in requests that are as long as a start, or the pause between two checks, may be. */
public final class Times {

    public static final long SHORTEST_MS = 100;
    public static final long LONGEST_MS = 3_600_000;

    private Times() {}

    public static @Nullable Long ms(String field, @Nullable Long ms) {
        if (ms != null && (ms < SHORTEST_MS || ms > LONGEST_MS)) {
            throw Problem.badField(field, ms, "%d to %d milliseconds".formatted(SHORTEST_MS, LONGEST_MS));
        }
        return ms;
    }
}
