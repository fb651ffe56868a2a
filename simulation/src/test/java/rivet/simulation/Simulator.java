package rivet.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.UUID;

/** Virtual time, chance, and what happens next. One thing happens at a time. */
final class Simulator {

    private static final int REMEMBERED = 400;
    private static final boolean TELL = Boolean.getBoolean("sim.trace");

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final ArrayDeque<String> story = new ArrayDeque<>();
    private final Random random;
    private final Fiber.Workers workers;
    private long now;
    private long number;
    private long fingerprint;

    Simulator(long seed, Fiber.Workers workers) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.workers = workers;
    }

    private record Event(long at, long number, Runnable action) implements Comparable<Event> {

        @Override
        public int compareTo(Event other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
        }
    }

    /** In nanoseconds since the world began. */
    long now() {
        return now;
    }

    Fiber.Workers workers() {
        return workers;
    }

    void after(long nanos, Runnable action) {
        events.add(new Event(now + Math.max(0, nanos), number++, action));
    }

    /** Lets everything happen that happens until then. */
    void runUntil(long end) {
        while (!events.isEmpty() && events.element().at() <= end) {
            var event = events.remove();
            now = event.at();
            event.action().run();
        }
        now = end;
    }

    /** Writes down what happened; the newest lines are told when something is wrong. */
    void tell(String who, Object what) {
        var line = "%10.4f %-9s %s".formatted(now / 1e9, who, what);
        fingerprint = fingerprint * 31 + line.hashCode();
        story.add(line);
        if (story.size() > REMEMBERED) {
            story.remove();
        }
        if (TELL) {
            System.out.println(line);
        }
    }

    List<String> story() {
        return new ArrayList<>(story);
    }

    /** Equal where the same happened. */
    long fingerprint() {
        return fingerprint;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    double fraction() {
        return random.nextDouble();
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    UUID uuid() {
        return new UUID((random.nextLong() & ~0xF000L) | 0x4000L, (random.nextLong() & ~(3L << 62)) | (2L << 62));
    }

    /** Between the two. */
    long between(Duration least, Duration most) {
        return least.toNanos() + (long) (fraction() * (most.toNanos() - least.toNanos()));
    }
}
