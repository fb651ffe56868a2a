package rivet.controlplane.agent;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.metrics.Counted;

/** Counts agents, for people who watch the whole. */
@Component
final class AgentCensus implements Counted {

    private final JdbcClient jdbc;
    private final AgentSettings settings;
    private final MultiGauge agents;
    private final MultiGauge heartbeatAges;

    AgentCensus(JdbcClient jdbc, AgentSettings settings, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.settings = settings;
        this.agents = MultiGauge.builder("rivet.agents")
                .description("Agents that ever joined.")
                .register(registry);
        this.heartbeatAges = MultiGauge.builder("rivet.agents.heartbeat.age")
                .description("Since the last granted heartbeat of the agent with actors that is silent the longest.")
                .baseUnit("seconds")
                .register(registry);
    }

    @Override
    public void count() {
        var regions = byRegion();
        agents.register(
                regions.stream()
                        .<MultiGauge.Row<?>>flatMap(row -> Stream.of(
                                MultiGauge.Row.of(Tags.of("region", row.region(), "state", "fresh"), row.fresh()),
                                MultiGauge.Row.of(Tags.of("region", row.region(), "state", "cordoned"), row.cordoned()),
                                MultiGauge.Row.of(Tags.of("region", row.region(), "state", "silent"), row.silent())))
                        .toList(),
                true);
        heartbeatAges.register(
                regions.stream()
                        .<MultiGauge.Row<?>>map(
                                row -> MultiGauge.Row.of(Tags.of("region", row.region()), row.oldestHeartbeatSeconds()))
                        .toList(),
                true);
    }

    /**
     * @param fresh agents that may be given actors
     * @param cordoned those that were heard of as lately, but are given none because an operator said so
     * @param silent those that were not heard of for longer
     * @param oldestHeartbeatSeconds of the agents that hold actors; 0 where none does
     */
    private record Region(String region, long fresh, long cordoned, long silent, double oldestHeartbeatSeconds) {}

    private List<Region> byRegion() {
        return jdbc.sql("""
                with seen as (
                    select region, reserved_memory_mib > 0 as holds, cordoned_at is not null as cordoned,
                        extract(epoch from clock_timestamp() - lease_at) as age
                    from agent
                )
                select region,
                    count(*) filter (where age < :fresh and not cordoned) as fresh,
                    count(*) filter (where age < :fresh and cordoned) as cordoned,
                    count(*) filter (where age >= :fresh) as silent,
                    coalesce(max(age) filter (where holds), 0) as oldest
                from seen group by region
                """)
                .param("fresh", settings.fresh().toMillis() / 1e3)
                .query((row, _) -> new Region(
                        row.getString("region"),
                        row.getLong("fresh"),
                        row.getLong("cordoned"),
                        row.getLong("silent"),
                        row.getDouble("oldest")))
                .list();
    }
}
