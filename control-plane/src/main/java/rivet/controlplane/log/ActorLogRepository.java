package rivet.controlplane.log;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
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
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;
import rivet.protocol.Wire;
import rivet.protocol.link.ToControlPlane.LogLine;

/** The rows of lines. */
@Component
final class ActorLogRepository {

    private final JdbcClient jdbc;

    ActorLogRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param id order within its actor */
    record Line(long id, ActorId actor, LogStream stream, Instant at, String base64) {}

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

    /** The newest lines of all these actors together, oldest first. @param stream absent: both */
    List<Line> newest(UUID environment, Collection<ActorId> actors, @Nullable LogStream stream, int limit) {
        return jdbc.sql("""
                select * from (
                    select l.* from actor_log l join actor a on a.id = l.actor_id
                    where l.actor_id = any (cast(:actors as uuid[])) and a.environment_id = :environment
                      and (cast(:stream as smallint) is null or l.stream = cast(:stream as smallint))
                    order by l.id desc limit :limit) as newest
                order by id
                """)
                .param("actors", array(actors))
                .param("environment", environment)
                .param("stream", stream == null ? null : StreamNumber.of(stream))
                .param("limit", limit)
                .query(ActorLogRepository::line)
                .list();
    }

    /** The next lines of one actor, oldest first. */
    List<Line> after(ActorId actor, long id, @Nullable LogStream stream, int limit) {
        return jdbc.sql("""
                select * from actor_log
                where actor_id = :actor and id > :after
                  and (cast(:stream as smallint) is null or stream = cast(:stream as smallint))
                order by id limit :limit
                """)
                .param("actor", actor.value())
                .param("after", id)
                .param("stream", stream == null ? null : StreamNumber.of(stream))
                .param("limit", limit)
                .query(ActorLogRepository::line)
                .list();
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

    /** Which of these actors are the environment's. */
    List<ActorId> known(UUID environment, Collection<ActorId> actors) {
        return jdbc.sql("select id from actor where environment_id = :environment and id = any (cast(:ids as uuid[]))")
                .param("environment", environment)
                .param("ids", array(actors))
                .query((row, _) -> new ActorId(row.getObject("id", UUID.class)))
                .list();
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

    private static Line line(ResultSet row, int number) throws SQLException {
        return new Line(
                row.getLong("id"),
                new ActorId(row.getObject("actor_id", UUID.class)),
                StreamNumber.parse(row.getInt("stream")),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                Base64.getEncoder().encodeToString(row.getBytes("line")));
    }

    private static String array(Collection<ActorId> actors) {
        return actors.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}"));
    }
}
