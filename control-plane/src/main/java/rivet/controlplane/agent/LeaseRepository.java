package rivet.controlplane.agent;

import java.time.Duration;
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
     *
     * @param deaf an agent that was granted its lease for so long and heard nothing of it is granted nothing: it stands still
     *     already, and must not look alive
     * @return whether it is renewed
     */
    boolean renew(Heartbeat heartbeat, Duration deaf) {
        return jdbc.sql("""
                        update agent set lease_seq = lease_seq + 1, lease_at = clock_timestamp(),
                            replica_list = greatest(replica_list, :replicas),
                            granted_nonce = greatest(granted_nonce, :nonce),
                            unheard_since = case
                                when :heard >= granted_nonce then clock_timestamp()
                                else coalesce(unheard_since, clock_timestamp()) end
                        where id = :id and epoch = :epoch
                          and (:heard >= granted_nonce or unheard_since is null
                            or lease_at - unheard_since < make_interval(secs => :deaf))
                        """)
                        .param("id", heartbeat.agent().value())
                        .param("epoch", heartbeat.epoch())
                        .param("nonce", heartbeat.nonce())
                        .param("replicas", heartbeat.replicas() == null ? 0L : heartbeat.replicas())
                        .param("heard", heartbeat.heard() == null ? Long.MAX_VALUE : heartbeat.heard())
                        .param("deaf", deaf.toMillis() / 1000.0)
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
