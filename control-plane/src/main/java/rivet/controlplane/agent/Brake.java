package rivet.controlplane.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where many agents fall silent at once it is rather the network that failed than they, and replacing them all would do more
 * harm than waiting a little. One of three is no mass failure. Pure but for its memory; for one thread.
 */
final class Brake {

    private static final int SHARE_PER_CENT = 30;
    private static final int FEWEST = 3;
    private static final int PART_PER_MINUTE = 10;

    private final Duration hold;
    private @Nullable Long since;

    /** @param hold how long it stops everything at most; after that a tenth of the agents may be replaced each minute */
    Brake(Duration hold) {
        this.hold = hold;
    }

    /**
     * @param total agents that are not lost
     * @param silent of them
     * @param lostLately in the last minute
     * @param now monotonic
     * @return how many may be given up now
     */
    int allowed(int total, int silent, int lostLately, long now) {
        var many = silent * 100 > total * SHARE_PER_CENT && silent >= FEWEST;
        var all = silent == total && total > 1;
        if (!many && !all) {
            since = null;
            return Integer.MAX_VALUE;
        }
        if (since == null) {
            since = now;
        }
        return now - since < hold.toNanos() ? 0 : Math.max(0, Math.max(1, total / PART_PER_MINUTE) - lostLately);
    }

    boolean engaged() {
        return since != null;
    }
}
