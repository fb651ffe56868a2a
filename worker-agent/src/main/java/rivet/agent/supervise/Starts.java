package rivet.agent.supervise;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Who may begin to start, in the order in which they ask. A start costs a core's time and not much else: when hundreds are due at
 * once, a few at a time are all there sooner than all at a time. Thread-safe.
 */
final class Starts {

    /** A start that takes longer waits for something else than a core, and lets the next one begin. */
    static final Duration COUNTED = Duration.ofMillis(500);

    private final int most;
    private final Deque<Turns> waiting = new ArrayDeque<>();
    private final Map<Turns, Long> begun = new HashMap<>();

    /** @param most at a time, from 1 */
    Starts(int most) {
        this.most = most;
    }

    /** @return 0: it may begin; else in how many nanoseconds to ask again, or when nudged */
    synchronized long begin(Turns who, long now) {
        if (begun.containsKey(who)) {
            return 0;
        }
        if (!waiting.contains(who)) {
            waiting.add(who);
        }
        if (!waiting.element().equals(who)) {
            return COUNTED.toNanos();
        }
        begun.values().removeIf(at -> now - at >= COUNTED.toNanos());
        if (begun.size() >= most) {
            return begun.values().stream()
                    .mapToLong(at -> at + COUNTED.toNanos() - now)
                    .min()
                    .orElseThrow();
        }
        waiting.remove();
        begun.put(who, now);
        nudgeNext();
        return 0;
    }

    /** It has started, or will not. May be said again. */
    synchronized void end(Turns who) {
        waiting.remove(who);
        begun.remove(who);
        nudgeNext();
    }

    private void nudgeNext() {
        var next = waiting.peek();
        if (next != null) {
            next.nudge();
        }
    }
}
