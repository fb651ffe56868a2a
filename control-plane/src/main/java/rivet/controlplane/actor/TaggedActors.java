package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.TagsColumn;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

/** The door for routes: where the live actors with some tags are. */
@Component
public final class TaggedActors {

    private final JdbcClient jdbc;

    TaggedActors(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those that run first. */
    public List<ActorLocation> live(UUID environment, Map<String, String> tags, int limit) {
        return jdbc.sql("""
                select a.id, a.agent_id,
                    case when a.status = 'stopping' and a.state ->> 'reason' = 'restart' then 'restarting' else a.status end
                        as status,
                    a.generation, a.version, g.proxy_url, g.hop_address
                from actor a left join agent g on g.id = a.agent_id
                where a.environment_id = :environment and a.tags @> cast(:tags as jsonb) and a.destroyed_at is null
                order by a.status = 'running' desc, a.created_at, a.id
                limit :limit
                """)
                .param("environment", environment)
                .param("tags", TagsColumn.write(tags))
                .param("limit", limit)
                .query((row, _) -> new ActorLocation(
                        new ActorId(row.getObject("id", UUID.class)),
                        row.getString("status"),
                        agent(row.getObject("agent_id", UUID.class)),
                        row.getString("proxy_url"),
                        hop(row),
                        row.getLong("version")))
                .list();
    }

    private static ActorLocation.@Nullable Hop hop(ResultSet row) throws SQLException {
        var address = row.getString("hop_address");
        return address == null ? null : new ActorLocation.Hop(address, row.getLong("generation"));
    }

    private static @Nullable AgentId agent(@Nullable UUID id) {
        return id == null ? null : new AgentId(id);
    }
}
