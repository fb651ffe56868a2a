package rivet.controlplane.alarm;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.metrics.Counted;

/** Counts alarms, for people who watch the whole. */
@Component
final class AlarmCensus implements Counted {

    /** As many as it takes to see that something is wrong. */
    private static final int MOST_COUNTED = 10_000;

    private final JdbcClient jdbc;
    private volatile Due due = new Due(0, 0);

    AlarmCensus(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        Gauge.builder("rivet.alarms.due", this, census -> census.due.count())
                .description("Alarms whose time has come and that are not handled; no more than %d are counted."
                        .formatted(MOST_COUNTED))
                .register(registry);
        Gauge.builder("rivet.alarms.unseen", this, census -> census.due.unseenSeconds())
                .description(
                        "How long the alarm that waits the longest has waited for someone to see whether its actor sleeps.")
                .baseUnit("seconds")
                .register(registry);
    }

    private record Due(long count, double unseenSeconds) {}

    /** By now(), which an index can be compared with. */
    @Override
    public void count() {
        due = jdbc.sql("""
                select (select count(*) from (
                           select from actor_alarm where scheduled_at <= now() limit :most) as d) as count,
                       greatest(0, coalesce(extract(epoch from now() - (select min(look_at) from actor_alarm)), 0))
                           as unseen_seconds
                """).param("most", MOST_COUNTED).query(Due.class).single();
    }
}
