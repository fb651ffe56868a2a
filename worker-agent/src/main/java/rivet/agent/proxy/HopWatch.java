package rivet.agent.proxy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out whether another agent that has been silent is still there, by greeting it on connections of their own. TCP alone
 * would take minutes to notice that a network is cut, and nothing at all of a process that stands still. Of one lane.
 *
 * <p>It counts in passes of the lane, and not by the clock: while this machine has no time to listen, nobody else is late. One
 * greeting that is late says little, because the event loop that it came to may be busy; so others are sent meanwhile, which
 * come to other event loops, and the first answer to any of them is enough.
 */
final class HopWatch {

    /** Whoever says nothing for so long is greeted. */
    private static final Duration SILENCE = Duration.ofMillis(500);

    /** Passes without an answer after which the other one is gone: 1.75 s where this machine has time. */
    private static final int PATIENCE = (int) (1750 / Lane.SWEEP_MILLIS);

    private static final int PASSES_PER_GREETING = 2;

    /** A greeting may be answered late, and then it counts: longer than the patience takes. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final Duration OFTEN = Duration.ofSeconds(1);
    private static final Duration SELDOM = Duration.ofSeconds(5);
    private static final Duration FORGOTTEN = SELDOM.multipliedBy(2);

    private final Lane lane;
    private final Connector connector;
    private final Map<Line.Hop, Watched> watched = new HashMap<>();

    /** Another agent, and what is known of it. Times are on {@link System#nanoTime}. */
    private static final class Watched {
        private boolean asked;
        /** Since when it owes an answer. */
        private long askedAt;

        private int passes;
        private long answeredAt;
        private long wantedAt;

        private boolean gone() {
            return asked && passes >= PATIENCE;
        }
    }

    HopWatch(Lane lane, Connector connector) {
        this.lane = lane;
        this.connector = connector;
    }

    /** @param lastHeard when something last came or went on the connection, on {@link System#nanoTime} */
    boolean answerIsCut(Line.Hop line, long lastHeard) {
        return isCut(line, lastHeard, OFTEN);
    }

    /** Of a stream, which may be silent for as long as it likes. */
    boolean streamIsCut(Line.Hop line, long lastHeard) {
        return isCut(line, lastHeard, SELDOM);
    }

    private boolean isCut(Line.Hop line, long lastHeard, Duration every) {
        long now = System.nanoTime();
        if (now - lastHeard < SILENCE.toNanos()) {
            return false;
        }
        Watched owner = watched.computeIfAbsent(line, _ -> new Watched());
        owner.wantedAt = now;
        if (!owner.asked && now - owner.answeredAt > every.toNanos()) {
            owner.asked = true;
            owner.askedAt = now;
            owner.passes = 0;
            greet(line, owner);
        }
        return owner.gone() && owner.askedAt - lastHeard > 0;
    }

    /** Whether it owes an answer for so long that there is no use in trying to reach it. */
    boolean isGone(Line line) {
        Watched owner = line instanceof Line.Hop hop ? watched.get(hop) : null;
        return owner != null && owner.gone();
    }

    private void greet(Line.Hop line, Watched owner) {
        connector.dial(line, ANSWER, channel -> {
            if (channel != null) {
                owner.asked = false;
                owner.answeredAt = System.nanoTime();
                var _ = channel.close();
            }
        });
    }

    /** One pass. Forgets agents that nobody waits for. */
    void sweep(long now) {
        watched.values().removeIf(owner -> now - owner.wantedAt > FORGOTTEN.toNanos());
        watched.forEach((line, owner) -> {
            if (owner.asked) {
                pass(line, owner);
            }
        });
    }

    private void pass(Line.Hop line, Watched owner) {
        owner.passes++;
        if (owner.passes == PATIENCE) {
            lane.pool().drop(List.of(line));
        }
        if (owner.passes % PASSES_PER_GREETING == 0) {
            greet(line, owner);
        }
    }
}
