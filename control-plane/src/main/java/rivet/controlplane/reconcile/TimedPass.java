package rivet.controlplane.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import rivet.controlplane.metrics.Buckets;

/** A pass that is counted, with how long it took and whether it failed. */
final class TimedPass implements Reconciler {

    private final Reconciler reconciler;
    private final Timer done;
    private final Timer failed;

    TimedPass(MeterRegistry registry, String loop, Reconciler reconciler) {
        this.reconciler = reconciler;
        this.done = timer(registry, loop, "done");
        this.failed = timer(registry, loop, "failed");
    }

    @Override
    public boolean pass() {
        long begun = System.nanoTime();
        var outcome = failed;
        try {
            boolean more = reconciler.pass();
            outcome = done;
            return more;
        } finally {
            outcome.record(Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private static Timer timer(MeterRegistry registry, String loop, String outcome) {
        return Timer.builder("rivet.loop.passes")
                .description("Passes of the loops that bring intent and fact together.")
                .tag("loop", loop)
                .tag("outcome", outcome)
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
    }
}
