package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    private static final Set<String> ASLEEP = Set.of("sleeping", "falling_asleep");

    private final JdbcClient jdbc;
    private final Actors actors;

    TaggedActors(JdbcClient jdbc, Actors actors) {
        this.jdbc = jdbc;
        this.actors = actors;
    }

    /** Those that run first. Where all sleep, one is woken: who asks has a request for any of them. */
    public List<ActorLocation> live(UUID environment, Map<String, String> tags, int limit) {
        var found = find(environment, tags, limit);
        var awake =
                found.stream().filter(actor -> !ASLEEP.contains(actor.state())).toList();
        return awake.isEmpty() && !found.isEmpty()
                ? actors.locate(found.getFirst().actor()).stream().toList()
                : awake;
    }

    private List<ActorLocation> find(UUID environment, Map<String, String> tags, int limit) {
        return jdbc.sql("""
                select a.id, a.agent_id,
                    case when a.status = 'stopping' and a.state ->> 'reason' in ('restart', 'move', 'wake') then 'restarting'
                        when a.status = 'stopping' and a.state ->> 'reason' = 'sleep' then 'falling_asleep'
                        else a.status end as status,
                    a.generation, a.version, g.proxy_url, g.hop_address
                from actor a left join agent g on g.id = a.agent_id
                where a.environment_id = :environment and a.tags @> cast(:tags as jsonb) and a.destroyed_at is null
                order by a.status = 'running' desc, a.status in ('sleeping', 'stopping'), a.created_at, a.id
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
