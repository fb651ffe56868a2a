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
    private final Actors actors;

    TaggedActors(JdbcClient jdbc, Actors actors) {
        this.jdbc = jdbc;
        this.actors = actors;
    }

    /** Those that run first. Where all sleep, one is woken: who asks has a request for any of them. */
    public List<ActorLocation> live(UUID environment, Map<String, String> tags, int limit) {
        var found = find(environment, tags, limit);
        var awake = found.stream()
                .filter(actor -> !actor.sleeps())
                .map(Found::location)
                .toList();
        return awake.isEmpty() && !found.isEmpty()
                ? actors.locate(found.getFirst().location().actor()).stream().toList()
                : awake;
    }

    /** @param sleeps or is about to */
    private record Found(ActorLocation location, boolean sleeps) {}

    /** Of those that do not run one that is asleep is started sooner than one that has to end before. */
    private List<Found> find(UUID environment, Map<String, String> tags, int limit) {
        return jdbc.sql("""
                select a.id, a.agent_id, a.state, a.generation, a.version, g.proxy_url, g.hop_address
                from actor a left join agent g on g.id = a.agent_id
                where a.environment_id = :environment and a.tags @> cast(:tags as jsonb) and a.destroyed_at is null
                order by a.status = 'running' desc, a.status in ('sleeping', 'stopping'), a.status = 'stopping', a.created_at, a.id
                limit :limit
                """)
                .param("environment", environment)
                .param("tags", TagsColumn.write(tags))
                .param("limit", limit)
                .query(TaggedActors::found)
                .list();
    }

    private static Found found(ResultSet row, int number) throws SQLException {
        var state = ActorStateColumn.read(row.getString("state"));
        var location = new ActorLocation(
                new ActorId(row.getObject("id", UUID.class)),
                Actors.status(state),
                agent(row.getObject("agent_id", UUID.class)),
                row.getString("proxy_url"),
                hop(row),
                row.getLong("version"));
        return new Found(location, state.sleeps());
    }

    private static ActorLocation.@Nullable Hop hop(ResultSet row) throws SQLException {
        var address = row.getString("hop_address");
        return address == null ? null : new ActorLocation.Hop(address, row.getLong("generation"));
    }

    private static @Nullable AgentId agent(@Nullable UUID id) {
        return id == null ? null : new AgentId(id);
    }
}
