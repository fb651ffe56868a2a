package rivet.controlplane.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.ActorId;
import rivet.protocol.Wire;
import rivet.protocol.link.ToControlPlane.LogLine;

/** The rows of lines. */
@Component
final class ActorLogRepository {

    private final JdbcClient jdbc;

    ActorLogRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One statement for a whole batch; lines of actors that do not exist are passed over. */
    void insert(Collection<LogLine> lines) {
        var rows = lines.stream().map(ActorLogRepository::row).toList();
        jdbc.sql("""
                insert into actor_log (actor_id, generation, stream, at, line)
                select l.actor, l.generation, l.stream, l.at, decode(l.line, 'base64')
                from jsonb_array_elements(cast(:lines as jsonb)) with ordinality as e (entry, number)
                cross join lateral jsonb_to_record(e.entry)
                    as l (actor uuid, generation bigint, stream smallint, at timestamptz, line text)
                join actor a on a.id = l.actor
                order by e.number
                """).param("lines", Wire.JSON.writeValueAsString(rows)).update();
    }

    private static Map<String, Object> row(LogLine line) {
        return Map.of(
                "actor", line.actor().toString(),
                "generation", line.generation(),
                "stream", StreamNumber.of(line.stream()),
                "at", line.at().toString(),
                "line", Base64.getEncoder().encodeToString(line.text().getBytes(StandardCharsets.UTF_8)));
    }

    /** The number of each actor's last line; 0 for one that printed nothing. */
    Map<ActorId, Long> last(Collection<ActorId> actors) {
        var last = new TreeMap<ActorId, Long>();
        jdbc.sql("""
                select w.id, coalesce((select max(l.id) from actor_log l where l.actor_id = w.id), 0) as last
                from unnest(cast(:ids as uuid[])) as w (id)
                """).param("ids", array(actors)).query(row -> {
            last.put(new ActorId(row.getObject("id", UUID.class)), row.getLong("last"));
        });
        return last;
    }

    /** Oldest first. */
    List<String> last(ActorId actor, int most) {
        return jdbc.sql("select line from actor_log where actor_id = :actor order by id desc limit :most")
                .param("actor", actor.value())
                .param("most", most)
                .query((row, _) -> new String(row.getBytes("line"), StandardCharsets.UTF_8))
                .list()
                .reversed();
    }

    /** Which of these actors are the environment's. */
    List<ActorId> known(UUID environment, Collection<ActorId> actors) {
        return jdbc.sql("select id from actor where environment_id = :environment and id = any (cast(:ids as uuid[]))")
                .param("environment", environment)
                .param("ids", array(actors))
                .query((row, _) -> new ActorId(row.getObject("id", UUID.class)))
                .list();
    }

    /** Those of these actors that may still print, or whose last lines may still come. */
    List<ActorId> talking(Collection<ActorId> actors) {
        return jdbc.sql("""
                select id from actor where id = any (cast(:ids as uuid[]))
                  and (destroyed_at is null or destroyed_at > clock_timestamp() - interval '10 minutes')
                """)
                .param("ids", array(actors))
                .query((row, _) -> new ActorId(row.getObject("id", UUID.class)))
                .list();
    }

    Instant now() {
        return jdbc.sql("select clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    int trim(ActorId actor, int keep) {
        return jdbc.sql("""
                delete from actor_log where actor_id = :actor and id <= (
                    select id from actor_log where actor_id = :actor order by id desc offset :keep limit 1)
                """).param("actor", actor.value()).param("keep", keep).update();
    }

    int prune(Duration retention, int limit) {
        return jdbc.sql("""
                delete from actor_log where id in (
                    select id from actor_log where stored_at < clock_timestamp() - make_interval(secs => :age)
                    order by stored_at limit :limit)
                """)
                .param("age", retention.toSeconds())
                .param("limit", limit)
                .update();
    }

    private static String array(Collection<ActorId> actors) {
        return actors.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}"));
    }
}
