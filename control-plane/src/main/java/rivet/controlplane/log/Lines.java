package rivet.controlplane.log;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.Expression;
import rivet.controlplane.query.KeyPath;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;

/**
 * Reads lines a batch at a time, each in a statement of its own whose cost is bounded by the batch and not by what fits. What
 * a line says is looked at here and not in the database, whose text cannot hold all of it.
 */
@Component
final class Lines {

    static final int BATCH = 512;

    private static final String AT_MOST = "limit " + BATCH;

    private static final String OF_EACH = """
            unnest(cast(:actors as uuid[]), cast(:edges as bigint[])) as w (id, edge)
            cross join lateral (
                select * from actor_log x where x.actor_id = w.id and x.id %s w.edge order by x.id %s limit %d) as l
            join actor a on a.id = l.actor_id
            """;

    private static final String BETWEEN = """
            (select * from actor_log x where x.id > :low and x.id <= :high) as l join actor a on a.id = l.actor_id
            """;

    private final JdbcClient jdbc;

    Lines(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Which lines are meant. @param environment that they must be of */
    record Wanted(UUID environment, Condition condition) {

        static Wanted of(UUID environment, Expression expression) {
            return new Wanted(environment, new Condition(expression, LogProperties.SCHEMA, "q"));
        }
    }

    /** A line that was looked at. @param text absent if it is not wanted @param id its order within its actor */
    record Line(
            long id,
            ActorId actor,
            LogStream stream,
            Instant at,
            @Nullable String text) {

        boolean wanted() {
            return text != null;
        }

        String base64() {
            var said = text == null ? "" : text;
            return Base64.getEncoder().encodeToString(said.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The next lines of these actors after the given ones, oldest first. */
    List<Line> after(Wanted wanted, Map<ActorId, Long> last) {
        return read(wanted, OF_EACH.formatted(">", "", BATCH), "l.id", AT_MOST, edges(last));
    }

    /** The lines of these actors before the given ones, newest first. */
    List<Line> before(Wanted wanted, Map<ActorId, Long> first) {
        return read(wanted, OF_EACH.formatted("<", "desc", BATCH), "l.id desc", AT_MOST, edges(first));
    }

    /** Those with a number above low and up to high, whoever's, oldest first; only the wanted ones. */
    List<Line> between(Wanted wanted, long low, long high) {
        return read(wanted, BETWEEN, "l.id", "", Map.of("low", low, "high", high)).stream()
                .filter(Line::wanted)
                .toList();
    }

    /** @param first and last number of all lines there are; both 0 if there are none */
    record Span(long first, long last) {}

    Span span() {
        return jdbc.sql("""
                select coalesce((select id from actor_log order by id limit 1), 0) as first,
                    coalesce((select id from actor_log order by id desc limit 1), 0) as last
                """).query(Span.class).single();
    }

    private List<Line> read(Wanted wanted, String from, String order, String limit, Map<String, Object> parameters) {
        var condition = wanted.condition();
        var sql = """
                select l.id, l.actor_id, l.stream, l.at, h.hit, case when h.hit then l.line end as line %s
                from %s
                cross join lateral (select (a.environment_id = :environment and %s) as hit offset 0) as h
                order by %s %s
                """.formatted(columns(condition), from, condition.sql(), order, limit);
        return jdbc.sql(sql)
                .params(condition.parameters())
                .params(parameters)
                .param("environment", wanted.environment())
                .query((row, _) -> line(condition, row))
                .list();
    }

    private static Line line(Condition condition, ResultSet row) throws SQLException {
        var hit = row.getBoolean("hit") && (condition.exact() || condition.matches(values(condition, row)::get));
        return new Line(
                row.getLong("id"),
                new ActorId(row.getObject("actor_id", UUID.class)),
                StreamNumber.parse(row.getInt("stream")),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                hit ? text(row.getBytes("line")) : null);
    }

    private static Map<KeyPath, Object> values(Condition condition, ResultSet row) throws SQLException {
        var values = new HashMap<KeyPath, Object>();
        var column = 0;
        for (var path : condition.columns().keySet()) {
            var value = row.getObject("q_" + column++);
            if (value instanceof byte[] bytes) {
                values.put(path, text(bytes));
            } else if (value != null) {
                values.put(path, value);
            }
        }
        return values;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String columns(Condition condition) {
        var sql = new StringBuilder();
        var number = 0;
        for (var column : condition.columns().values()) {
            sql.append(", case when h.hit then %s end as q_%d".formatted(column, number++));
        }
        return condition.exact() ? "" : sql.toString();
    }

    private static Map<String, Object> edges(Map<ActorId, Long> of) {
        return Map.of(
                "actors", of.keySet().stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}")),
                "edges", of.values().stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")));
    }
}
