package rivet.controlplane.kv;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import org.springframework.stereotype.Component;
import rivet.protocol.kv.KvAnswer.Code;

/** What this room tells people who watch the whole. */
@Component
final class StoreMeters {

    private static final double[] GROUPS = {1, 2, 5, 10, 20, 50, 100, 200};

    private final MeterRegistry registry;
    private final CallTimes writes;
    private final CallTimes reads;
    private final CallTimes resumes;
    private final DistributionSummary groups;

    StoreMeters(MeterRegistry registry) {
        this.registry = registry;
        this.writes = new CallTimes(registry, "write", Code.values());
        this.reads =
                new CallTimes(registry, "read", Code.STALE_GENERATION, Code.STATE_LOST, Code.INVALID, Code.TOO_LARGE);
        this.resumes = new CallTimes(registry, "resume", Code.STALE_GENERATION);
        this.groups = DistributionSummary.builder("rivet.store.group")
                .description("Writes that were committed together.")
                .baseUnit("writes")
                .serviceLevelObjectives(GROUPS)
                .register(registry);
    }

    CallTimes writes() {
        return writes;
    }

    CallTimes reads() {
        return reads;
    }

    CallTimes resumes() {
        return resumes;
    }

    /** Writes that are about to be committed together. */
    void group(int size) {
        groups.record(size);
    }

    /** Has the room's queue watched. */
    void watch(Collection<?> queue, int most) {
        Gauge.builder("rivet.store.queue", queue, Collection::size)
                .description("Writes that wait for a commit.")
                .register(registry);
        Gauge.builder("rivet.store.queue.max", () -> most)
                .description("The bound: one more is not taken, and its agent tries again.")
                .register(registry);
    }
}
