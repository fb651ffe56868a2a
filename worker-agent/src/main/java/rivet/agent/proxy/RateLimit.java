package rivet.agent.proxy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import rivet.protocol.PortLimits;

/**
 * How often each of many may ask. Of each only one time is kept: when it will have spent nothing of what it may (the generic cell
 * rate algorithm), and of those who have spent nothing, nothing. Thread-safe.
 */
final class RateLimit {

    /** More are told apart less: nobody may make us remember without end. */
    private static final int MOST_REMEMBERED = 100_000;

    private static final String ALL_OTHERS = "";

    private final Map<String, Long> restedAt = new ConcurrentHashMap<>();
    private final long intervalNanos;
    private final long burstNanos;

    RateLimit(PortLimits.Rate rate) {
        long per = TimeUnit.MILLISECONDS.toNanos(rate.perMs());
        this.intervalNanos = Math.max(1, per / rate.requests());
        this.burstNanos = per;
    }

    /** @param now in {@link System#nanoTime} @return 0 where it may ask; else for how many nanoseconds it may not */
    long ask(String who, long now) {
        long[] wait = new long[1];
        restedAt.compute(remembered(who, now), (_, known) -> {
            long rested = known == null || known - now < 0 ? now : known;
            long next = rested + intervalNanos;
            wait[0] = Math.max(0, next - now - burstNanos);
            return wait[0] > 0 ? rested : next;
        });
        return wait[0];
    }

    private String remembered(String who, long now) {
        if (restedAt.size() < MOST_REMEMBERED || restedAt.containsKey(who)) {
            return who;
        }
        restedAt.values().removeIf(rested -> rested - now < 0);
        return restedAt.size() < MOST_REMEMBERED ? who : ALL_OTHERS;
    }
}
