package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.controlplane.Api.Answer;
import rivet.protocol.Wire;
import rivet.protocol.link.RouteTraffic;
import rivet.protocol.link.RouteTraffic.Count;
import tools.jackson.databind.JsonNode;

@PostgresTest
class RouteHistoryTest {

    private static final long MINUTE = 60_000;

    private static ControlPlane server;
    private static Api api;
    private static TestDatabase database;
    private static String environment;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var settings = new HashMap<String, Object>(given.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        settings.put("rivet.loops.prune-interval", "100ms");
        server = ControlPlane.start(settings);
        api = new Api(server.uri());
        environment = given.jdbc()
                .sql("select id from environment")
                .query(UUID.class)
                .single()
                .toString();
    }

    @AfterAll
    static void stop() {
        api.close();
        server.close();
    }

    @BeforeEach
    void forget() {
        database.jdbc().sql("delete from route_traffic").update();
    }

    private static Count count(String route, String method, int status, @Nullable String cause, long ageMs, long many) {
        return new Count(environment, route, route + ".example.com", method, status, cause, ageMs, many);
    }

    private static Answer tell(UUID run, long batch, Count... counts) {
        return tell(Wire.JSON.writeValueAsString(new RouteTraffic(run, batch, List.of(counts))));
    }

    private static Answer tell(String body) {
        return api.send(api.request("/link/route-traffic")
                .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** The last ten minutes and the next. */
    private static JsonNode history(String more) {
        return Api.require(api.get(path(more))).body();
    }

    private static String path(String more) {
        var now = System.currentTimeMillis();
        return "/routes/history?start=%d&end=%d&interval=%d%s"
                .formatted(now - 10 * MINUTE, now + 2 * MINUTE, MINUTE, more);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static long sum(JsonNode values) {
        return values.valueStream().mapToLong(JsonNode::asLong).sum();
    }

    @Test
    void counts_are_in_the_minute_in_which_they_were_and_in_the_arrays_that_the_client_reads() {
        tell(UUID.randomUUID(), 1, count("a", "GET", 200, null, 0, 3), count("a", "GET", 200, null, 5 * MINUTE, 4));

        var history = history("");

        assertThat(history.path("metric_names").toString()).isEqualTo("[\"http_requests\"]");
        assertThat(history.path("metric_attributes").toString()).isEqualTo("[{}]");
        assertThat(history.path("metric_types").toString()).isEqualTo("[\"counter\"]");
        var values = history.at("/metric_values/0")
                .valueStream()
                .map(JsonNode::asLong)
                .toList();
        assertThat(values).contains(3L, 4L).hasSizeBetween(12, 13);
        assertThat(values.indexOf(3L) - values.indexOf(4L)).isEqualTo(5);
        assertThat(values.stream().mapToLong(Long::longValue).sum()).isEqualTo(7);
    }

    @Test
    void nothing_told_is_zeros_and_not_nothing() {
        assertThat(sum(history("").at("/metric_values/0"))).isZero();
        assertThat(history("&group_by=" + encoded("{\"property\": \"route_id\"}"))
                        .path("metric_names"))
                .isEmpty();
    }

    @Test
    void a_batch_told_twice_counts_once_even_at_the_same_time() throws Exception {
        var run = UUID.randomUUID();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.invokeAll(IntStream.range(0, 8)
                    .<java.util.concurrent.Callable<Answer>>mapToObj(
                            _ -> () -> tell(run, 1, count("a", "GET", 200, null, 0, 3)))
                    .toList());
        }
        tell(run, 2, count("a", "GET", 200, null, 0, 1));
        tell(run, 1, count("a", "GET", 200, null, 0, 3));

        assertThat(sum(history("").at("/metric_values/0"))).isEqualTo(4);
    }

    @Test
    void counts_of_many_agents_add_up() {
        for (int agent = 0; agent < 5; agent++) {
            tell(UUID.randomUUID(), 1, count("a", "GET", 200, null, 0, 2), count("b", "GET", 200, null, 0, 1));
        }

        assertThat(sum(history("").at("/metric_values/0"))).isEqualTo(15);
    }

    @Test
    void groups_are_series_of_their_own() {
        tell(
                UUID.randomUUID(),
                1,
                count("a", "GET", 200, null, 0, 3),
                count("a", "GET", 503, "no_actor", 0, 2),
                count("b", "POST", 200, null, 0, 1));

        var byStatus = history("&group_by=" + encoded("{\"property\": \"guard_response_status\"}"));
        var byHost = history("&group_by=" + encoded("{\"property\": \"client_request_host\"}"));

        assertThat(byStatus.path("metric_attributes").toString())
                .isEqualTo("[{\"guard_response_status\":\"200\"},{\"guard_response_status\":\"503\"}]");
        assertThat(sum(byStatus.at("/metric_values/0"))).isEqualTo(4);
        assertThat(sum(byStatus.at("/metric_values/1"))).isEqualTo(2);
        assertThat(byHost.at("/metric_attributes/1/client_request_host").asString())
                .isEqualTo("b.example.com");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"string_equal": {"property": "route_id", "value": "a"}}                                       | 5
            {"string_equal": {"property": "route_id", "value": "A", "case_insensitive": true}}             | 5
            {"string_in": {"property": "client_request_method", "values": ["POST", "PUT"]}}                | 1
            {"string_match_regex": {"property": "client_request_host", "pattern": "^b\\\\."}}              | 1
            {"number_greater_or_equal": {"property": "guard_response_status", "value": 500}}               | 2
            {"string_equal": {"property": "cause", "value": "no_actor"}}                                   | 2
            {"and": {"exprs": [{"string_equal": {"property": "cause", "value": ""}}, {"number_in": {"property": "guard_response_status", "values": [200]}}]}} | 4
            """)
    void a_query_leaves_out_what_it_does_not_mean(String query, long expected) {
        tell(
                UUID.randomUUID(),
                1,
                count("a", "GET", 200, null, 0, 3),
                count("a", "GET", 503, "no_actor", 0, 2),
                count("b", "POST", 200, null, 0, 1));

        var all = history("&query_json=" + encoded(query));
        var grouped =
                history("&query_json=%s&group_by=%s".formatted(encoded(query), encoded("{\"property\":\"cause\"}")));

        assertThat(sum(all.at("/metric_values/0"))).isEqualTo(expected);
        assertThat(grouped.path("metric_values")
                        .valueStream()
                        .mapToLong(RouteHistoryTest::sum)
                        .sum())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            start=-1&end=60000&interval=60000                     | start
            start=60000&end=60000&interval=60000                  | end
            start=0&end=60000&interval=1                          | interval
            start=0&end=120000001&interval=60000                  | interval
            start=0&end=60000                                     | interval
            start=x&end=60000&interval=60000                      | start
            start=0&end=60000&interval=60000&query_json=%7B       | query_json
            start=0&end=60000&interval=60000&query_json=%7B%22string_equal%22%3A%7B%22property%22%3A%22nope%22%2C%22value%22%3A%22x%22%7D%7D | query_json
            start=0&end=60000&interval=60000&group_by=%7B%7D      | group_by
            start=0&end=60000&interval=60000&group_by=%7B%22property%22%3A%22nope%22%7D | group_by
            """)
    void a_question_that_makes_no_sense_is_refused_by_its_parameter(String parameters, String field) {
        var answer = api.get("/routes/history?" + parameters);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field()).isEqualTo(field);
    }

    @Test
    void another_environments_requests_are_not_shown() {
        database.jdbc()
                .sql(
                        "insert into environment (project_id, slug) select id, 'staging' from project on conflict do nothing")
                .update();
        tell(UUID.randomUUID(), 1, count("a", "GET", 200, null, 0, 3));

        assertThat(sum(history("&project=default&environment=staging").at("/metric_values/0")))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"run": "%s", "batch": 1}
            {"run": "%s", "batch": 1, "counts": [{"environment_id": "%s", "route": "a", "hostname": "a", "method": "GET", "status": 1, "age_ms": 0, "requests": 1}]}
            {"run": "%s", "batch": 1, "counts": [{"environment_id": "%s", "route": "a", "hostname": "a", "method": "BREW", "status": 200, "age_ms": 0, "requests": 1}]}
            {"run": "%s", "batch": 1, "counts": [{"environment_id": "%s", "route": "a", "hostname": "a", "method": "GET", "status": 200, "age_ms": -1, "requests": 1}]}
            {"run": "%s", "batch": 1, "counts": [{"environment_id": "%s", "route": "a", "hostname": "a", "method": "GET", "status": 200, "age_ms": 0, "requests": 0}]}
            """)
    void a_batch_that_makes_no_sense_changes_nothing(String body) {
        var answer = tell(body.formatted(UUID.randomUUID(), environment));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(database.count("route_traffic")).isZero();
    }

    @Test
    void only_agents_tell() {
        var answer = api.post("/link/route-traffic", "{}");

        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void old_requests_are_forgotten() {
        database.jdbc().sql("""
                insert into route_traffic
                select cast(:environment as uuid), date_trunc('minute', clock_timestamp() - age), 'a', 'a', 'GET', 200, '', 1
                from unnest(array[interval '31 days', interval '29 days']) as age
                """).param("environment", environment).update();

        org.awaitility.Awaitility.await().until(() -> database.count("route_traffic") == 1);
    }
}
