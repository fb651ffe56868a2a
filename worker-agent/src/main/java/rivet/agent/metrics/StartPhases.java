package rivet.agent.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;

/** How long actors stay in each phase of a start, from the reports of their changes. Thread-safe. */
final class StartPhases {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofNanos(2_500_000_000L),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30)
    };

    private final Map<String, Timer> timers;
    private final LongSupplier nanoTime;
    private final Map<ActorId, Step> under = new ConcurrentHashMap<>();

    StartPhases(MeterRegistry registry, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.timers = Map.of(
                "fetch", timer(registry, "fetch"),
                "spawn", timer(registry, "spawn"),
                "listen", timer(registry, "listen"));
    }

    private record Step(long generation, String phase, long since) {}

    /** Changes of one actor come one after the other. */
    void changed(ActorReport report) {
        switch (report.phase()) {
            case Phase.Starting(var phase) -> next(report, phase);
            case Phase.Up _ -> next(report, null);
            // How long a start took that never came to its end says nothing about starts.
            case Phase.Stopping _, Phase.Down _ -> under.remove(report.actor());
        }
    }

    private void next(ActorReport report, @Nullable String phase) {
        long now = nanoTime.getAsLong();
        var before = phase == null
                ? under.remove(report.actor())
                : under.put(report.actor(), new Step(report.generation(), phase, now));
        if (before != null && before.generation() == report.generation()) {
            var timer = timers.get(before.phase());
            if (timer != null) {
                timer.record(Duration.ofNanos(now - before.since()));
            }
        }
    }

    private static Timer timer(MeterRegistry registry, String phase) {
        return Timer.builder("rivet.actor.start.phase")
                .description("How long each phase of an actor's start took.")
                .tag("phase", phase)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
