package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.agent.Reservation;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;

/** What a drain has to know of actors. */
@Component
final class DrainRepository {

    private final JdbcClient jdbc;

    DrainRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those that nobody has told to stop, the oldest first. */
    List<DrainPlan.Staying> staying(AgentId agent, int limit) {
        return jdbc.sql("""
                select id, cpu_millicores, memory_mib, cast(setup ->> 'durable' as boolean) as durable,
                    coalesce(state ->> 'reason' = 'drain_blocked', false) as blocked
                from actor
                where agent_id = :agent and status in ('starting', 'running')
                order by created_at, id limit :limit
                """)
                .param("agent", agent.value())
                .param("limit", limit)
                .query((row, number) -> new DrainPlan.Staying(
                        id(row, number), needs(row, number), row.getBoolean("durable"), row.getBoolean("blocked")))
                .list();
    }

    /** However they came to be: each of them keeps the agent busy. */
    int stopping(AgentId agent) {
        return jdbc.sql("select count(*) from actor where agent_id = :agent and status = 'stopping'")
                .param("agent", agent.value())
                .query(Integer.class)
                .single();
    }

    /** What those need that are being stopped somewhere in the region and are to be started again. */
    List<Reservation> promised(String region) {
        return jdbc.sql("""
                select cpu_millicores, memory_mib from actor
                where agent_id is not null and region = :region and status = 'stopping'
                  and state ->> 'reason' = any (cast(:then as text[]))
                """)
                .param("region", region)
                .param("then", ActorState.Then.thatGoOn())
                .query(DrainRepository::needs)
                .list();
    }

    /** Those that say that they are in the way of a drain, while there is none. */
    List<ActorId> blockedForNothing(int limit) {
        return jdbc.sql("""
                select a.id from actor a join agent g on g.id = a.agent_id
                where a.status = 'running' and a.state ->> 'reason' = 'drain_blocked' and g.drain_began_at is null
                limit :limit
                """).param("limit", limit).query(DrainRepository::id).list();
    }

    private static Reservation needs(ResultSet row, int number) throws SQLException {
        return new Reservation(row.getInt("cpu_millicores"), row.getInt("memory_mib"));
    }

    private static ActorId id(ResultSet row, int number) throws SQLException {
        return new ActorId(row.getObject("id", UUID.class));
    }
}
