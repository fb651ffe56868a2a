package rivet.controlplane.agent;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.AgentId;

/** Leases as they are, and agents that are given up. */
@Component
final class LostAgentRepository {

    private static final Duration OLD = Duration.ofDays(365);

    private final JdbcClient jdbc;

    LostAgentRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Of all agents that are not lost; whoever has been silent for the longest is first. Where a lease was granted in what is the
     * future now, the clock has gone back and tells nothing of its age: it counts as old, and only the replica's own observation
     * decides.
     */
    List<LeaseWatch.Held> leases() {
        return jdbc.sql("""
                select id, epoch, lease_seq, case when lease_at > clock_timestamp() then :old
                    else cast(extract(epoch from clock_timestamp() - lease_at) * 1000 as bigint) end as age_ms
                from agent where lost_at is null order by lease_at, id
                """)
                .param("old", OLD.toMillis())
                .query((row, _) -> new LeaseWatch.Held(
                        new AgentId(row.getObject("id", UUID.class)),
                        row.getLong("epoch"),
                        row.getLong("lease_seq"),
                        Duration.ofMillis(row.getLong("age_ms"))))
                .list();
    }

    int lostWithin(Duration duration) {
        return jdbc.sql("""
                select count(*) from agent
                where lost_at between clock_timestamp() - make_interval(secs => :within) and clock_timestamp()
                """)
                .param("within", seconds(duration))
                .query(Integer.class)
                .single();
    }

    /**
     * @param listed which revision of the list of replicas the agent must hold, if it holds any
     * @return false if the agent was heard of since, another replica was first, or the agent may not know of this one
     */
    boolean lose(LeaseWatch.Held lease, Duration after, long listed) {
        return jdbc.sql("""
                        update agent
                        set epoch = epoch + 1, lost_at = clock_timestamp(), set_revision = set_revision + 1
                        where id = :id and epoch = :epoch and lease_seq = :seq and lost_at is null
                          and (lease_at < clock_timestamp() - make_interval(secs => :after) or lease_at > clock_timestamp())
                          and (replica_list = 0 or replica_list >= :listed)
                        """)
                        .param("id", lease.agent().value())
                        .param("epoch", lease.epoch())
                        .param("seq", lease.leaseSeq())
                        .param("after", seconds(after))
                        .param("listed", listed)
                        .update()
                == 1;
    }

    boolean lockLost(AgentId agent) {
        return jdbc.sql("select id from agent where id = :id and lost_at is not null for no key update")
                .param("id", agent.value())
                .query(UUID.class)
                .optional()
                .isPresent();
    }

    Optional<Duration> age(AgentId agent) {
        return jdbc.sql("""
                select cast(extract(epoch from clock_timestamp() - lease_at) * 1000 as bigint) from agent where id = :id
                """)
                .param("id", agent.value())
                .query(Long.class)
                .optional()
                .map(Duration::ofMillis);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
