package rivet.controlplane.actor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.metrics.Counted;

/** Counts actors, for people who watch the whole. */
@Component
final class ActorCensus implements Counted {

    private final JdbcClient jdbc;
    private final MultiGauge gauge;

    ActorCensus(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.gauge = MultiGauge.builder("rivet.actors")
                .description("Actors that are not destroyed.")
                .register(registry);
    }

    @Override
    public void count() {
        gauge.register(living(), true);
    }

    /**
     * All that are not destroyed. Each of them is held by an agent, waits for one, sleeps, or is to be looked at again at a time:
     * four partial indexes, so that the many destroyed ones are never read.
     */
    private List<MultiGauge.Row<?>> living() {
        return jdbc.sql("""
                with living as (
                    select status, region, state from actor where agent_id is not null
                    union all
                    select status, region, state from actor where status = 'pending'
                    union all
                    select status, region, state from actor where status = 'sleeping'
                    union all
                    select status, region, state from actor
                    where due_ms is not null and status = 'crash_backoff' and agent_id is null
                )
                select status, region, state ->> 'reason' as reason, state -> 'last' ->> 'reason' as ended,
                    state -> 'upgrade' is not null as waits, count(*) as count
                from living group by 1, 2, 3, 4, 5
                """)
                .<MultiGauge.Row<?>>query((row, _) -> MultiGauge.Row.of(
                        Tags.of(
                                "state",
                                row.getString("status"),
                                "region",
                                row.getString("region"),
                                "reason",
                                why(row)),
                        row.getLong("count")))
                .list();
    }

    private static String why(ResultSet row) throws SQLException {
        var why = ActorStateColumn.why(
                row.getString("status"), row.getString("reason"), row.getString("ended"), row.getBoolean("waits"));
        return why == null ? "none" : why;
    }
}
