package rivet.agent.proxy;

import java.time.Duration;

/**
 * Whether a client sends the body that it owes. One that sends a byte now and then would hold an actor's attention as long as it
 * likes: so within each span of time some have to come.
 */
final class BodyPace {

    private long since;
    private long seen;
    private boolean owing;

    /** @param bytes of the body that have come so far @param now in {@link System#nanoTime} */
    boolean isTooSlow(long bytes, long now, Duration span, int bytesPerSecond) {
        if (owing && now - since <= span.toNanos()) {
            return false;
        }
        boolean slow = owing && bytes - seen < bytesPerSecond * span.toMillis() / 1_000;
        owing = true;
        since = now;
        seen = bytes;
        return slow;
    }
}
