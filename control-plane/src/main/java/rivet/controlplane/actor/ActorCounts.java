package rivet.controlplane.actor;

import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.AgentId;

/** The door for counting what agents hold. */
@Component
public final class ActorCounts {

    private final JdbcClient jdbc;

    ActorCounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Of one agent, by state. @param blocked those of the running that a drain has to leave, as no other agent has room */
    public record Count(int starting, int running, int stopping, int blocked) {

        public static final Count NONE = new Count(0, 0, 0, 0);
    }

    /** Agents that hold none are left out. */
    public Map<AgentId, Count> of(Collection<AgentId> agents) {
        return jdbc
                .sql("""
                select agent_id,
                    count(*) filter (where status = 'starting') as starting,
                    count(*) filter (where status = 'running') as running,
                    count(*) filter (where status = 'stopping') as stopping,
                    count(*) filter (where status = 'running' and state ->> 'reason' = 'drain_blocked') as blocked
                from actor where agent_id = any (cast(:agents as uuid[])) group by agent_id
                """)
                .param("agents", agents.stream().map(AgentId::toString).collect(Collectors.joining(",", "{", "}")))
                .query((row, _) -> Map.entry(
                        new AgentId(row.getObject("agent_id", UUID.class)),
                        new Count(
                                row.getInt("starting"),
                                row.getInt("running"),
                                row.getInt("stopping"),
                                row.getInt("blocked"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
