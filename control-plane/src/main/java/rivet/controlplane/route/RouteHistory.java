package rivet.controlplane.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.Expression;
import rivet.controlplane.query.IllegalQuery;
import rivet.controlplane.query.KeyPath;
import rivet.controlplane.query.QueryParser;
import rivet.controlplane.query.Schema;
import rivet.controlplane.query.Schema.Property;
import rivet.controlplane.query.Schema.Type;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.StrictJson;
import rivet.protocol.api.RouteView;
import tools.jackson.core.type.TypeReference;

/** How many requests came for an environment's routes over time. */
@Component
final class RouteHistory {

    /** What a request can be told apart by: the published client's names of it, and columns of ours. */
    static final Schema SCHEMA = new Schema(Map.of(
            "route_id", new Property(Type.TEXT, "t.route"),
            "client_request_host", new Property(Type.TEXT, "t.hostname"),
            "client_request_method", new Property(Type.TEXT, "t.method"),
            "guard_response_status", new Property(Type.NUMBER, "t.status::double precision"),
            "cause", new Property(Type.TEXT, "t.cause")));

    private static final TypeReference<KeyPath> KEY_PATH = new TypeReference<>() {};
    private static final String METRIC = "http_requests";
    private static final long MINUTE_MS = 60_000;
    private static final long MOST_INTERVALS = 2_000;
    private static final int MOST_SERIES = 500;

    /** RFC 3339 has four digits for the year. */
    private static final long LATEST_MS = 253_402_300_799_999L;

    private final RouteTrafficRepository repository;

    RouteHistory(RouteTrafficRepository repository) {
        this.repository = repository;
    }

    /** Milliseconds since 1970. Minutes are what is counted, so it begins with a whole one. @param end exclusive */
    record Span(long start, long end, long interval) {

        Span {
            if (start < 0 || start > LATEST_MS) {
                throw Problem.badParameter("start", start, "milliseconds since 1970");
            }
            if (end <= start || end > LATEST_MS) {
                throw Problem.badParameter("end", end, "milliseconds since 1970, later than start");
            }
            if (interval < MINUTE_MS) {
                throw Problem.badParameter("interval", interval, "at least %d milliseconds".formatted(MINUTE_MS));
            }
            start -= start % MINUTE_MS;
            if ((end - start - 1) / interval >= MOST_INTERVALS) {
                throw Problem.badParameter(
                        "interval", interval, "at most %d intervals from start to end".formatted(MOST_INTERVALS));
            }
        }

        int intervals() {
            return Math.toIntExact((end - start + interval - 1) / interval);
        }
    }

    RouteView.History read(Environment environment, Span span, @Nullable String query, @Nullable String groupBy) {
        var condition = new Condition(expression(query), SCHEMA, "q");
        var group = groupBy == null || groupBy.isEmpty() ? null : group(groupBy);
        var series = new TreeMap<String, long[]>();
        if (group == null) {
            series.put("", new long[span.intervals()]);
        }
        repository.read(environment.id(), span, condition, group, row -> {
            if (condition.exact() || condition.matches(row::value)) {
                var key = group == null ? "" : row.text(group);
                series.computeIfAbsent(key, _ -> new long[span.intervals()])[row.interval()] += row.requests();
                requireFew(series);
            }
        });
        return view(series, group);
    }

    private static Expression expression(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return new Expression.And(List.of());
        }
        try {
            return QueryParser.parse(query, SCHEMA);
        } catch (IllegalQuery e) {
            var at = e.at().isEmpty() ? "query_json" : "query_json." + e.at();
            throw Problem.badParameter("query_json", at, String.valueOf(e.getMessage()));
        }
    }

    private static String group(String json) {
        var expected =
                "{\"property\": …} with one of " + String.join(", ", new TreeMap<>(SCHEMA.properties()).keySet());
        var path = StrictJson.parameter("group_by", json, KEY_PATH, expected);
        if (path.mapKey() != null
                || path.property() == null
                || !SCHEMA.properties().containsKey(path.property())) {
            throw Problem.badParameter("group_by", json, expected);
        }
        return path.property();
    }

    private static void requireFew(Map<String, long[]> series) {
        if (series.size() > MOST_SERIES) {
            throw Problem.badParameter(
                    "group_by", "more than %d series".formatted(MOST_SERIES), "fewer; query_json can leave some out");
        }
    }

    private static RouteView.History view(Map<String, long[]> series, @Nullable String group) {
        var names = new ArrayList<String>();
        var attributes = new ArrayList<Map<String, String>>();
        var types = new ArrayList<String>();
        var values = new ArrayList<List<Long>>();
        series.forEach((key, counts) -> {
            names.add(METRIC);
            attributes.add(group == null ? Map.of() : Map.of(group, key));
            types.add("counter");
            values.add(java.util.Arrays.stream(counts).boxed().toList());
        });
        return new RouteView.History(names, attributes, types, values);
    }
}
