package rivet.controlplane.agent;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Heartbeats;
import rivet.protocol.link.Heartbeat;

/** Renews leases, on connections of its own: a flood of anything else must not make agents look dead. */
@Component
final class Leases {

    private final JdbcClient jdbc;

    Leases(@Heartbeats JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The answer is true only once it is committed; one statement is its own transaction. */
    Heartbeat.Answer renew(Heartbeat heartbeat) {
        var renewed = jdbc.sql("""
                update agent set lease_seq = lease_seq + 1, lease_at = clock_timestamp()
                where id = :id and epoch = :epoch
                """)
                .param("id", heartbeat.agent().value())
                .param("epoch", heartbeat.epoch())
                .update();
        return renewed == 1
                ? new Heartbeat.Answer.Grant(heartbeat.nonce(), heartbeat.epoch())
                : new Heartbeat.Answer.Fenced(epoch(heartbeat));
    }

    /** 0 for an agent that never joined. */
    private long epoch(Heartbeat heartbeat) {
        return jdbc.sql("select epoch from agent where id = :id")
                .param("id", heartbeat.agent().value())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }
}
