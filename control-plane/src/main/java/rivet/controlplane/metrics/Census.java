package rivet.controlplane.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Has the rooms count. With the database away the last count stays, and {@code rivet_database_up} tells it. */
@Component
final class Census {

    private static final Logger log = LoggerFactory.getLogger(Census.class);

    /** However often and by however many we are asked. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private final List<Counted> all;
    private final AtomicInteger databaseUp = new AtomicInteger();
    private long takenAt = System.nanoTime() - FRESH.toNanos();

    Census(List<Counted> all, MeterRegistry registry) {
        this.all = all;
        Gauge.builder("rivet.database.up", databaseUp, AtomicInteger::get)
                .description("1 if the last look into the database succeeded.")
                .register(registry);
    }

    /** Counts anew unless that was done just now. */
    synchronized void refresh() {
        if (System.nanoTime() - takenAt < FRESH.toNanos()) {
            return;
        }
        try {
            all.forEach(Counted::count);
            databaseUp.set(1);
        } catch (DataAccessException e) {
            databaseUp.set(0);
            log.atWarn().addKeyValue("cause", e.toString()).log("actors and agents could not be counted");
        }
        takenAt = System.nanoTime();
    }
}
