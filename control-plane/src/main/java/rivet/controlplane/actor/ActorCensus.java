package rivet.controlplane.actor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
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
                select status, region,
                    case
                        when status = 'crash_backoff' and state -> 'last' ->> 'reason' = 'exited' then 'crashed'
                        when status = 'crash_backoff' then coalesce(state -> 'last' ->> 'reason', 'none')
                        when status = 'stopping' and state ->> 'reason' = 'destroy' then 'destroy_requested'
                        when status = 'stopping' and state ->> 'reason' = 'restart' then 'upgrade_requested'
                        when status = 'stopping' and state ->> 'reason' in ('sleep', 'wake')
                            then (state ->> 'reason') || '_requested'
                        when status = 'stopping' then 'drain'
                        else coalesce(state ->> 'reason', 'none')
                    end as reason,
                    count(*) as count
                from living group by 1, 2, 3
                """)
                .<MultiGauge.Row<?>>query((row, _) -> MultiGauge.Row.of(
                        Tags.of(
                                "state", row.getString("status"),
                                "region", row.getString("region"),
                                "reason", row.getString("reason")),
                        row.getLong("count")))
                .list();
    }
}
