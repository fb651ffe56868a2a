package rivet.agent.proxy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What became of all requests. Counted on event loops: adding allocates nothing and waits for nobody. Thread-safe; what is
 * read while others count is a little old.
 */
public final class ProxyCounters {

    /** What the actor itself answered. */
    public static final String ANSWERED = "answered";

    /** The upper bounds of the latency's buckets, ascending; beyond the last there is one more. */
    private static final long[] BOUNDS_NANOS = LongStream.of(
                    250,
                    500,
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000)
            .map(micros -> micros * 1_000)
            .toArray();

    private static final int STATUS_CLASSES = 6;
    private static final int SWITCHED = 101;

    private final LongAdder[] answered = adders(STATUS_CLASSES);
    private final LongAdder[] buckets = adders(BOUNDS_NANOS.length + 1);
    private final LongAdder nanos = new LongAdder();
    private final Map<Refused, LongAdder> refused = new ConcurrentHashMap<>();

    private record Refused(int status, String cause) {}

    /**
     * How many requests ended so.
     *
     * @param statusClass such as {@code 2xx}
     * @param cause {@link #ANSWERED}, or why the proxy answered in the actor's place
     */
    public record Ended(String statusClass, String cause, long count) {}

    /** @param upperSeconds of each bucket; infinite for the last @param counts in each bucket alone */
    public record Latency(List<Double> upperSeconds, List<Long> counts, double sumSeconds) {}

    /** The head of an actor's answer is here. @param took since the request's head was */
    void answered(int status, long took) {
        answered[Math.clamp(status / 100, 0, STATUS_CLASSES - 1)].increment();
        buckets[bucket(took)].increment();
        nanos.add(took);
    }

    void refused(Problem problem) {
        refused(problem.status(), problem.code());
    }

    /** A connection whose protocol was changed, which was counted as answered then, is ended by us. */
    void cut(Goodbye why) {
        refused(SWITCHED, why.name().toLowerCase(Locale.ROOT));
    }

    private void refused(int status, String cause) {
        refused.computeIfAbsent(new Refused(status, cause), _ -> new LongAdder())
                .increment();
    }

    /** Sorted by cause and status. */
    public Iterable<Ended> ended() {
        var all = new TreeMap<String, Ended>();
        for (int each = 1; each < STATUS_CLASSES; each++) {
            put(all, new Ended(each + "xx", ANSWERED, answered[each].sum()));
        }
        refused.forEach((key, count) -> put(all, new Ended(key.status() / 100 + "xx", key.cause(), count.sum())));
        return all.values();
    }

    public Latency latency() {
        var uppers = LongStream.of(BOUNDS_NANOS).mapToObj(bound -> bound / 1e9).collect(Collectors.toList());
        uppers.add(Double.POSITIVE_INFINITY);
        var counts = Arrays.stream(buckets).map(LongAdder::sum).toList();
        return new Latency(List.copyOf(uppers), counts, nanos.sum() / 1e9);
    }

    private static void put(Map<String, Ended> all, Ended ended) {
        all.put(ended.cause() + " " + ended.statusClass(), ended);
    }

    /** Most answers are quick, so the search from below ends soon. */
    private static int bucket(long took) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && took > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    private static LongAdder[] adders(int count) {
        var adders = new LongAdder[count];
        Arrays.setAll(adders, _ -> new LongAdder());
        return adders;
    }
}
