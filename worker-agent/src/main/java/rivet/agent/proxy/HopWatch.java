package rivet.agent.proxy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out whether another agent that has been silent is still there, by greeting it on a connection of its own. TCP alone
 * would take minutes to notice that a network is cut, and nothing at all of a process that stands still. Of one lane.
 */
final class HopWatch {

    /** Whoever says nothing for so long is greeted. */
    private static final Duration SILENCE = Duration.ofMillis(500);

    /** An agent on a machine that has too much to do answers late, and is not gone. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** A stall of the machine must not look like the end of it. */
    private static final int FAILURES = 2;

    private static final Duration OFTEN = Duration.ofSeconds(1);
    private static final Duration SELDOM = Duration.ofSeconds(5);

    private final Lane lane;
    private final Connector connector;
    private final Map<Line.Hop, Greeting> greetings = new HashMap<>();

    private static final class Greeting {
        private boolean underWay;
        private int failures;
        private long endedAt;
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
        Greeting greeting = greetings.computeIfAbsent(line, _ -> new Greeting());
        if (greeting.failures >= FAILURES && greeting.endedAt - lastHeard > 0) {
            return true;
        }
        boolean due = greeting.failures > 0 || now - greeting.endedAt > every.toNanos();
        if (!greeting.underWay && due) {
            greet(line, greeting);
        }
        return false;
    }

    private void greet(Line.Hop line, Greeting greeting) {
        greeting.underWay = true;
        connector.open(line, PATIENCE, channel -> {
            greeting.underWay = false;
            greeting.endedAt = System.nanoTime();
            if (channel != null) {
                greeting.failures = 0;
                var _ = channel.close();
            } else if (++greeting.failures >= FAILURES) {
                lane.pool().drop(List.of(line));
            }
        });
    }

    /** Forgets agents that nobody waits for. */
    void sweep(long now) {
        greetings.values().removeIf(greeting -> !greeting.underWay && now - greeting.endedAt > 2 * SELDOM.toNanos());
    }
}
