package rivet.controlplane.actor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.protocol.ActorId;

/** Who waits where in the queue of its region: the oldest is first. One that needs less may be placed before its turn. */
@Component
final class ActorQueue {

    private static final int LONGEST = 10_000;

    private final JdbcClient jdbc;

    ActorQueue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** From 1, of those that wait; who is beyond 10 000 is left out. Asks nobody where none of them waits. */
    Map<ActorId, Integer> positions(Collection<Actor> actors) {
        var waiting = actors.stream()
                .filter(actor -> actor.state() instanceof Pending)
                .toList();
        return waiting.isEmpty() ? Map.of() : found(waiting);
    }

    private Map<ActorId, Integer> found(List<Actor> waiting) {
        return jdbc
                .sql("""
                        select q.id, q.position
                        from unnest(cast(:regions as text[])) as r (region)
                        cross join lateral (
                            select a.id, row_number() over (order by a.created_at, a.id) as position from actor a
                            where a.status = 'pending' and a.region = r.region
                            order by a.created_at, a.id limit :longest) as q
                        where q.id = any (cast(:ids as uuid[]))
                        """)
                .param(
                        "regions",
                        waiting.stream().map(Actor::region).distinct().collect(Collectors.joining(",", "{", "}")))
                .param(
                        "ids",
                        waiting.stream().map(actor -> actor.id().toString()).collect(Collectors.joining(",", "{", "}")))
                .param("longest", LONGEST)
                .query((row, _) -> Map.entry(new ActorId(row.getObject("id", UUID.class)), row.getInt("position")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
