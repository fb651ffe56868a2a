package rivet.controlplane.alarm;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.metrics.Buckets;

/** How late actors hear of their alarms, and what comes of it. */
@Component
final class AlarmMeters {

    private final Timer late;
    private final Counter done;
    private final Counter failed;

    AlarmMeters(MeterRegistry registry) {
        this.late = Timer.builder("rivet.alarm.late")
                .description("From when an alarm was for until its actor was told of it.")
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
        this.done = firings(registry, "done");
        this.failed = firings(registry, "failed");
    }

    void told(Duration lateBy) {
        late.record(lateBy);
    }

    /** As part of the caller's transaction. */
    void done() {
        Transactions.afterCommit(done::increment);
    }

    /** Likewise: it is told again later. */
    void failed() {
        Transactions.afterCommit(failed::increment);
    }

    private static Counter firings(MeterRegistry registry, String outcome) {
        return Counter.builder("rivet.alarm.firings")
                .description("Alarms of which actors said what became of them.")
                .tag("outcome", outcome)
                .register(registry);
    }
}
