package rivet.agent.proxy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often a request was sent again after an actor may have seen it. It may be what the actor died of, so it goes to one more
 * generation at most. One that dies can take connections for a moment longer, and so the same generation may lose it twice.
 */
final class Repeats {

    private static final int MOST = 2;

    /** Longer than a process takes to end once some of its connections have. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private int many;
    private @Nullable Long lostBy;

    /** @param lost by whom it was lost now */
    boolean another(Target lost) {
        return many < MOST && (lostBy == null || lostBy == lost.generation());
    }

    /** @return how long to wait before it */
    Duration next(Target lost) {
        lostBy = lost.generation();
        return many++ == 0 ? Duration.ZERO : PAUSE;
    }

    boolean any() {
        return many > 0;
    }
}
