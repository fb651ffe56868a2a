package rivet.agent.kv;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvRequest;

/** How long actors wait for their stores, and what for. All meters are made before the first call. Thread-safe. */
final class StoreMeters {

    private static final Duration[] BUCKETS = LongStream.of(
                    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
                    2_500_000, 5_000_000)
            .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Kind gets;
    private final Kind lists;
    private final Kind writes;
    private final Kind alarms;
    private final Counter hits;
    private final Counter misses;

    StoreMeters(MeterRegistry registry) {
        this.registry = registry;
        this.gets = new Kind(registry, "get");
        this.lists = new Kind(registry, "list");
        this.writes = new Kind(registry, "write");
        this.alarms = new Kind(registry, "alarm");
        this.hits = reads(registry, "hit");
        this.misses = reads(registry, "miss");
    }

    /** Calls of one kind. */
    static final class Kind {

        private final Timer done;
        private final Timer refused;
        private final Timer unavailable;

        private Kind(MeterRegistry registry, String kind) {
            this.done = timer(registry, kind, "done");
            this.refused = timer(registry, kind, "refused");
            this.unavailable = timer(registry, kind, "unavailable");
        }

        /** @param answer as the actor gets it */
        void answered(long begun, byte[] answer) {
            timer(answer[0]).record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }

        private Timer timer(int status) {
            if (status == 0) {
                return done;
            }
            return status == Code.UNAVAILABLE.number() ? unavailable : refused;
        }

        private static Timer timer(MeterRegistry registry, String kind, String outcome) {
            return Timer.builder("rivet.agent.store.calls")
                    .description("Calls of actors for their stores, as they wait for them.")
                    .tag("kind", kind)
                    .tag("outcome", outcome)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
        }
    }

    Kind of(KvRequest request) {
        return switch (request) {
            case KvRequest.Get _ -> gets;
            case KvRequest.Range _ -> lists;
            case KvRequest.Write _ -> writes;
            case KvRequest.AlarmWrite _, KvRequest.Alarms _, KvRequest.NextAlarm _ -> alarms;
        };
    }

    /** A read was answered from what is known here. */
    void hit() {
        hits.increment();
    }

    /** A call goes to the control plane. */
    void asked(KvRequest request) {
        if (request instanceof KvRequest.Get) {
            misses.increment();
        }
    }

    /** Has the queue of shared writes watched. */
    void watch(Collection<?> queue, int most) {
        Gauge.builder("rivet.agent.store.queue", queue, Collection::size)
                .description("Batches of writes that wait for a way to the control plane.")
                .register(registry);
        Gauge.builder("rivet.agent.store.queue.max", () -> most)
                .description("The bound: one more is not taken, and tried again.")
                .register(registry);
    }

    private static Counter reads(MeterRegistry registry, String cache) {
        return Counter.builder("rivet.agent.store.reads")
                .description("Reads of keys, by whether all of them were known here.")
                .tag("cache", cache)
                .register(registry);
    }
}
