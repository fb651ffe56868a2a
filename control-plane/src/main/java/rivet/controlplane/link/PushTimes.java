package rivet.controlplane.link;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import rivet.controlplane.metrics.Buckets;

/** How long agents' sets lag behind the database: from the commit that changed one until its socket has taken it. */
final class PushTimes {

    private final Timer push;

    PushTimes(MeterRegistry registry) {
        this.push = Timer.builder("rivet.actor.start.phase")
                .description("How long each phase of an actor's start took.")
                .tag("phase", "push")
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
    }

    void sent(long nanosSinceChange) {
        push.record(Duration.ofNanos(nanosSinceChange));
    }
}
