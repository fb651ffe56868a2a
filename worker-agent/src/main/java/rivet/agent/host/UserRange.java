package rivet.agent.host;

/** User numbers for actors, both ends included; no one else on the machine may have them. */
public record UserRange(long first, long last) {

    public UserRange {
        if (first < 1000 || last < first || last > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "actor users: %d-%d (expected: 1000 or more, first before last)".formatted(first, last));
        }
    }

    long size() {
        return last - first + 1;
    }
}
