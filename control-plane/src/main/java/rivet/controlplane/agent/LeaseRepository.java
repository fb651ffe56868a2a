package rivet.controlplane.agent;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Heartbeats;
import rivet.protocol.AgentId;
import rivet.protocol.link.Heartbeat;

/** Renews leases, on connections of its own: a flood of anything else must not make agents look dead. */
@Component
final class LeaseRepository {

    private final JdbcClient jdbc;

    LeaseRepository(@Heartbeats JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The answer is true only once it is committed; one statement is its own transaction. Which list of replicas an agent
     * holds only ever grows: a heartbeat may come late.
     */
    boolean renew(Heartbeat heartbeat) {
        return jdbc.sql("""
                        update agent set lease_seq = lease_seq + 1, lease_at = clock_timestamp(),
                            replica_list = greatest(replica_list, :replicas)
                        where id = :id and epoch = :epoch
                        """)
                        .param("id", heartbeat.agent().value())
                        .param("epoch", heartbeat.epoch())
                        .param("replicas", heartbeat.replicas() == null ? 0L : heartbeat.replicas())
                        .update()
                == 1;
    }

    /** 0 for an agent that never joined. */
    long epoch(AgentId agent) {
        return jdbc.sql("select epoch from agent where id = :id")
                .param("id", agent.value())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }
}
