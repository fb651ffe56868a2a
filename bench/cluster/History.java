package cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/** What clients did and heard, on their own monotonic clock. Thread-safe while it is written. */
final class History {

    /** @param token of this increment alone @param count as it was acknowledged; 0 where there was no acknowledgement */
    record Increment(String actor, String token, long beganNanos, long endedNanos, long count, long generation) {

        boolean acknowledged() {
            return count > 0;
        }

        double ms() {
            return (endedNanos - beganNanos) / 1e6;
        }
    }

    private final ConcurrentLinkedQueue<Increment> increments = new ConcurrentLinkedQueue<>();

    void add(Increment increment) {
        increments.add(increment);
    }

    List<Increment> all() {
        return List.copyOf(increments);
    }

    Map<String, List<Increment>> byActor() {
        return increments.stream().collect(Collectors.groupingBy(Increment::actor));
    }

    /** For whoever looks for the cause of a violation. */
    void write(Path file) throws IOException {
        Files.write(file, increments.stream().map(Increment::toString).toList());
    }

    /**
     * What is wrong with the acknowledgements of one actor: each number once, and in the order of real time, for its count as for
     * its generation. With numbers that are unique this is all that linearizability asks of a counter.
     */
    static List<String> violations(List<Increment> ofOneActor) {
        var wrong = new ArrayList<String>();
        var acknowledged = ofOneActor.stream().filter(Increment::acknowledged).toList();
        var byBegin = acknowledged.stream().sorted((a, b) -> Long.compare(a.beganNanos(), b.beganNanos())).toList();
        var byEnd = acknowledged.stream().sorted((a, b) -> Long.compare(a.endedNanos(), b.endedNanos())).toList();
        long count = 0;
        long generation = 0;
        int ended = 0;
        for (var next : byBegin) {
            for (; ended < byEnd.size() && byEnd.get(ended).endedNanos() < next.beganNanos(); ended++) {
                count = Math.max(count, byEnd.get(ended).count());
                generation = Math.max(generation, byEnd.get(ended).generation());
            }
            if (next.count() <= count) {
                wrong.add("a count of %d was acknowledged after %d: %s".formatted(next.count(), count, next));
            }
            if (next.generation() < generation) {
                wrong.add("generation %d answered after %d: %s".formatted(next.generation(), generation, next));
            }
        }
        return wrong;
    }
}
