package rivet.controlplane.route;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.KeyPath;
import rivet.controlplane.query.Schema.Property;
import rivet.controlplane.query.Schema.Type;
import rivet.protocol.Wire;
import rivet.protocol.link.RouteTraffic;

/** The rows of requests by minute. */
@Component
final class RouteTrafficRepository {

    private final JdbcClient jdbc;

    RouteTrafficRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return whether it is the first time; the run's row is locked then until the transaction ends */
    boolean isNew(UUID run, long batch) {
        return jdbc.sql("""
                insert into route_traffic_run (run, batch) values (:run, :batch)
                on conflict (run) do update set batch = excluded.batch, at = clock_timestamp()
                where route_traffic_run.batch < excluded.batch
                """).param("run", run).param("batch", batch).update() == 1;
    }

    /** Counts of environments that do not exist are passed over. Sorted, so that two batches never wait for each other. */
    void add(List<RouteTraffic.Count> counts) {
        jdbc.sql("""
                insert into route_traffic (environment_id, minute, route, hostname, method, status, cause, requests)
                select c.environment_id,
                    date_trunc('minute', clock_timestamp() - c.age_ms * interval '1 millisecond') as minute,
                    c.route, c.hostname, c.method, c.status, coalesce(c.cause, '') as cause, sum(c.requests)
                from jsonb_to_recordset(cast(:counts as jsonb)) as c (environment_id uuid, route text, hostname text,
                    method text, status smallint, cause text, age_ms bigint, requests bigint)
                join environment e on e.id = c.environment_id
                group by 1, 2, 3, 4, 5, 6, 7
                order by 1, 2, 3, 4, 5, 6, 7
                on conflict (environment_id, minute, route, hostname, method, status, cause)
                do update set requests = route_traffic.requests + excluded.requests
                """).param("counts", Wire.JSON.writeValueAsString(counts)).update();
    }

    /** One sum. @param values of the properties that the question needs, by their names */
    record Row(int interval, long requests, Map<String, Object> values) {

        @Nullable
        Object value(KeyPath path) {
            return values.get(path.property());
        }

        String text(String property) {
            return switch (values.get(property)) {
                case Double number -> String.valueOf(number.longValue());
                case null -> "";
                case Object text -> text.toString();
            };
        }
    }

    /** Summed as far as the database can decide who counts. */
    void read(
            UUID environment, RouteHistory.Span span, Condition condition, @Nullable String group, Consumer<Row> each) {
        var properties = RouteHistory.SCHEMA.properties().entrySet().stream()
                .filter(property -> !condition.exact() || property.getKey().equals(group))
                .toList();
        var columns = properties.stream()
                .map(property -> ", %s as %s".formatted(property.getValue().sql(), property.getKey()))
                .collect(Collectors.joining());
        jdbc.sql("""
                select floor((extract(epoch from t.minute) * 1000 - :start) / :interval)::integer as interval_number,
                    sum(t.requests)::bigint as request_count%s
                from route_traffic t
                where t.environment_id = :environment
                  and t.minute >= to_timestamp(:start / 1000.0) and t.minute < to_timestamp(:end / 1000.0)
                  and %s
                group by %s
                """.formatted(columns, condition.sql(), ordinals(properties.size())))
                .param("environment", environment)
                .param("start", span.start())
                .param("end", span.end())
                .param("interval", span.interval())
                .params(condition.parameters())
                .query(row -> {
                    each.accept(row(row, properties));
                });
    }

    int prune(Duration retention, int limit) {
        return jdbc.sql("""
                delete from route_traffic where ctid in (
                    select ctid from route_traffic where minute < clock_timestamp() - make_interval(secs => :age)
                    order by minute limit :limit)
                """)
                .param("age", retention.toSeconds())
                .param("limit", limit)
                .update();
    }

    /** A run that was silent for so long is over, or its next batch begins a new row. */
    void pruneRuns(Duration retention) {
        jdbc.sql("delete from route_traffic_run where at < clock_timestamp() - make_interval(secs => :age)")
                .param("age", retention.toSeconds())
                .update();
    }

    /** The sum is the second column. */
    private static String ordinals(int many) {
        var ordinals = new StringBuilder("1");
        for (int i = 0; i < many; i++) {
            ordinals.append(", ").append(i + 3);
        }
        return ordinals.toString();
    }

    private static Row row(ResultSet row, List<Map.Entry<String, Property>> properties) throws SQLException {
        var values = new HashMap<String, Object>();
        for (var property : properties) {
            var name = property.getKey();
            if (property.getValue().type() == Type.NUMBER) {
                values.put(name, row.getDouble(name));
            } else {
                values.put(name, row.getString(name));
            }
        }
        return new Row(row.getInt("interval_number"), row.getLong("request_count"), values);
    }
}
