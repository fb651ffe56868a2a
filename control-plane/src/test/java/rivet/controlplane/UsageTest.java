package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import tools.jackson.databind.JsonNode;

/** Runs of three actors of 1.5 cores and 2 GiB each, at times of 1970 that the tests choose. */
@PostgresTest
class UsageTest {

    private static TestDatabase database;
    private static ControlPlane controlPlane;
    private static Api api;
    private static ActorId[] actors;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var properties = new HashMap<>(database.properties());
        properties.put("rivet.api.port", 0);
        controlPlane = ControlPlane.start(properties);
        api = new Api(controlPlane.uri());
        api.build("a", "{\"name\":\"a\"}");
        actors = new ActorId[] {created("x"), created("x"), created("y")};
        database.jdbc()
                .sql("update actor set cpu_millicores = 1500, memory_mib = 2048")
                .update();
    }

    private static ActorId created(String team) {
        var body = "{\"tags\":{\"team\":\"%s\"},\"build_tags\":{\"name\":\"a\"}}".formatted(team);
        return ActorId.parse(
                Api.require(api.post("/actors", body)).body().at("/actor/id").asString());
    }

    @AfterAll
    static void stop() {
        api.close();
        controlPlane.close();
    }

    @Test
    void runs_are_added_up_interval_by_interval() {
        runs(new long[][] {{0, 500, 2500}, {0, 2600, 2700}, {1, 2000, 9000}, {2, 0, 100}});

        var usage = usage("start=1000&end=4500&interval=1000");

        assertThat(names(usage))
                .isEqualTo("actor_count total_runtime_seconds total_cpu_core_seconds total_memory_gib_seconds ");
        assertThat(series(usage, 0)).containsExactly(1, 2, 1, 1);
        assertThat(series(usage, 1)).containsExactly(1.0, 1.6, 1.0, 0.5);
        assertThat(series(usage, 2)).containsExactly(1.5, 2.4, 1.5, 0.75);
        assertThat(series(usage, 3)).containsExactly(2.0, 3.2, 2.0, 1.0);
    }

    @Test
    void a_run_that_goes_on_counts_until_now() {
        database.jdbc().sql("truncate actor_run").update();
        database.jdbc()
                .sql("insert into actor_run values (:a, 1, clock_timestamp() - interval '1 h', null)")
                .param("a", actors[0].value())
                .update();
        var now = System.currentTimeMillis();

        var usage = usage("start=%d&end=%d&interval=36000000".formatted(now - 18_000_000, now + 18_000_000));

        assertThat(series(usage, 1)[0]).isCloseTo(3600, within(60.0));
    }

    @Test
    void groups_and_filters_tell_actors_apart() {
        runs(new long[][] {{0, 0, 1000}, {1, 0, 500}, {2, 0, 250}});

        var grouped = usage(
                "start=0&end=1000&interval=1000&group_by=" + encoded("{\"property\":\"tags\",\"map_key\":\"team\"}"));
        assertThat(grouped.path("metric_attributes").get(0).path("tags.team").asString())
                .isEqualTo("x");
        assertThat(series(grouped, 1)).containsExactly(1.5);
        assertThat(grouped.path("metric_attributes").get(5).path("tags.team").asString())
                .isEqualTo("y");
        assertThat(series(grouped, 5)).containsExactly(0.25);

        for (var query : new String[] {
            "{\"string_equal\":{\"property\":\"tags\",\"map_key\":\"team\",\"value\":\"x\"}}",
            "{\"string_match_regex\":{\"property\":\"tags\",\"map_key\":\"team\",\"pattern\":\"^[xX]$\"}}"
        }) {
            assertThat(series(usage("start=0&end=1000&interval=1000&query_json=" + encoded(query)), 1))
                    .containsExactly(1.5);
        }
    }

    @Test
    void any_runs_give_what_counting_each_millisecond_gives() {
        var random = new Random(7);
        for (int round = 0; round < 20; round++) {
            var runs = new long[30][];
            var ends = new long[3];
            for (int i = 0; i < runs.length; i++) {
                var actor = random.nextInt(3);
                var began = ends[actor] + (long) random.nextInt(200);
                ends[actor] = began + (long) random.nextInt(300);
                runs[i] = new long[] {actor, began, ends[actor]};
            }
            runs(runs);
            long start = random.nextInt(300);
            long interval = 1L + random.nextInt(400);
            long end = start + 1L + random.nextInt(2000);

            var usage = usage("start=%d&end=%d&interval=%d".formatted(start, end, interval));

            for (int point = 0; start + point * interval < end; point++) {
                var from = start + point * interval;
                var seen = new HashSet<Long>();
                var ms = 0L;
                for (var run : runs) {
                    for (var t = Math.max(run[1], from); t < Math.min(run[2], Math.min(from + interval, end)); t++) {
                        ms++;
                        seen.add(run[0]);
                    }
                }
                assertThat(series(usage, 0)[point]).as("round %d", round).isEqualTo(seen.size());
                assertThat(series(usage, 1)[point]).as("round %d", round).isCloseTo(ms / 1000.0, within(1e-9));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            end=1000&interval=1                          | start    | API_BAD_QUERY_PARAMETER
            start=-1&end=1000&interval=1                 | start    | API_BAD_QUERY_PARAMETER
            start=0&end=0&interval=1                     | end      | API_BAD_QUERY_PARAMETER
            start=0&end=9223372036854775807&interval=1   | end      | API_BAD_QUERY_PARAMETER
            start=0&end=1001&interval=1                  | interval | ACTOR_METRICS_INVALID_INTERVAL
            start=0&end=10&interval=0                    | interval | ACTOR_METRICS_INVALID_INTERVAL
            start=0&end=10&interval=-9223372036854775808 | interval | ACTOR_METRICS_INVALID_INTERVAL
            start=0&end=10&interval=1&group_by=x         | group_by | API_BAD_QUERY_PARAMETER
            start=0&end=10&interval=1&group_by=%7B%22property%22:%22a)--%22%7D | group_by | API_BAD_QUERY_PARAMETER
            start=0&end=10&interval=1&query_json=x       | query_json | API_BAD_QUERY_PARAMETER
            """)
    void what_is_wrong_is_refused_by_name(String parameters, String field, String code) {
        var refused = api.get("/actors/usage?" + parameters);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo(field);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void where_nothing_ran_all_is_zero() {
        runs(new long[][] {});

        assertThat(series(usage("start=0&end=3000&interval=1000"), 1)).containsExactly(0, 0, 0);
    }

    private static void runs(long[][] runs) {
        database.jdbc().sql("truncate actor_run").update();
        var generation = 0;
        for (var run : runs) {
            database.jdbc()
                    .sql("insert into actor_run values (:a, :g, to_timestamp(:b / 1000.0), to_timestamp(:e / 1000.0))")
                    .param("a", actors[(int) run[0]].value())
                    .param("g", ++generation)
                    .param("b", run[1])
                    .param("e", run[2])
                    .update();
        }
    }

    private static JsonNode usage(String parameters) {
        return Api.require(api.get("/actors/usage?" + parameters)).body();
    }

    private static String names(JsonNode usage) {
        var names = new StringBuilder();
        usage.path("metric_names").forEach(name -> names.append(name.asString()).append(' '));
        return names.toString();
    }

    private static double[] series(JsonNode usage, int number) {
        return usage.path("metric_values")
                .get(number)
                .valueStream()
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
