package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** 1,000 actors, the even ones destroyed; every tenth is tagged, and so is each with a number of its own. */
@PostgresTest
class ActorQueryTest {

    private static TestDatabase database;
    private static ControlPlane controlPlane;
    private static Api api;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var properties = new HashMap<>(database.properties());
        properties.put("rivet.api.port", 0);
        controlPlane = ControlPlane.start(properties);
        api = new Api(controlPlane.uri());
        var build = api.build("a", "{\"name\":\"a\"}");
        insert(build, 1, 1000, "case when n %% 10 = 0 then '{\"kind\": \"tenth\"}'::jsonb else '{}' end");
        // The same tags elsewhere are nobody's business.
        database.jdbc()
                .sql("insert into environment (project_id, slug) select id, 'other' from project")
                .update();
        database.jdbc().sql("""
                insert into actor (id, environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib, state)
                select gen_random_uuid(), (select id from environment where slug = 'other'), region, build_id, tags, setup,
                    cpu_millicores, memory_mib, state from actor""").update();
    }

    private static void insert(String build, int from, int to, String tags) {
        database.jdbc()
                .sql("""
                insert into actor (id, environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib, state,
                    generation, created_at, started_at, destroyed_at)
                select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
                    (select id from environment where slug = 'default'), 'local', '%s'::uuid,
                    jsonb_build_object('number', n::text) || %s,
                    '{"environment": {"A": "1"}, "network": "bridge", "ports": {}, "endpoint": "path", "grace": "PT5S", "durable": true}',
                    100 + n, 256,
                    case when n %% 2 = 0 then '{"status": "destroyed", "since_ms": 1000, "reason": "completed", "crashes": 0}'::jsonb
                         else '{"status": "pending", "since_ms": 1000, "reason": "queued", "crashes": 0}' end,
                    1, timestamptz '2026-01-01 00:00:00Z' + (n / 7) * interval '1 s', null,
                    case when n %% 2 = 0 then timestamptz '2026-01-02 00:00:00Z' end
                from generate_series(%d, %d) as n
                """.formatted(build, tags, from, to).replace("%%", "%"))
                .update();
    }

    @AfterAll
    static void stop() {
        api.close();
        controlPlane.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"and": {"exprs": []}}                                                                      | 1000
            {"string_equal": {"property": "tags", "map_key": "kind", "value": "tenth"}}                  | 100
            {"string_equal": {"property": "tags", "map_key": "number", "value": "77"}}                   | 1
            {"string_equal": {"property": "tags", "map_key": "number", "value": "1001"}}                 | 0
            {"string_equal": {"property": "actor_id", "value": "00000000-0000-4000-8000-000000000007"}}  | 1
            {"string_equal": {"property": "actor_id", "value": "'; drop table actor; --"}}               | 0
            {"string_equal": {"property": "state", "value": "pending"}}                                  | 500
            {"number_equal": {"property": "destroyed_at", "value": 0}}                                   | 500
            {"number_greater": {"property": "destroyed_at", "value": 0}}                                 | 500
            {"number_equal": {"property": "finished_at", "value": 1000}}                                 | 500
            {"number_less": {"property": "cpu_millicores", "value": 150}}                                | 49
            {"number_equal": {"property": "kill_timeout", "value": 5000}}                                | 1000
            {"number_equal": {"property": "env_vars", "value": 1}}                                       | 1000
            {"bool_equal": {"property": "durable", "value": true}}                                       | 1000
            {"string_equal": {"property": "build_kind", "value": "javascript"}}                          | 1000
            {"string_equal": {"property": "datacenter_id", "value": "LOCAL", "case_insensitive": true}}  | 1000
            {"string_match_regex": {"property": "tags", "map_key": "number", "pattern": "^9.9$"}}        | 10
            {"or": {"exprs": [{"string_equal": {"property": "tags", "map_key": "number", "value": "1"}}, {"string_equal": {"property": "tags", "map_key": "number", "value": "2"}}]}} | 2
            {"and": {"exprs": [{"string_equal": {"property": "tags", "map_key": "kind", "value": "tenth"}}, {"string_equal": {"property": "tags", "map_key": "number", "value": "50"}}]}} | 1
            {"and": {"exprs": [{"string_equal": {"property": "tags", "map_key": "kind", "value": "tenth"}}, {"string_equal": {"property": "state", "value": "pending"}}]}} | 0
            """)
    void a_query_finds_what_it_asks_for_newest_first(String query, int expected) {
        var found = all(query);

        assertThat(found).hasSize(expected).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    @ParameterizedTest
    @MethodSource
    void what_is_hostile_is_refused(String parameters, String field) {
        var refused = api.get("/actors/query?" + parameters);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("API_BAD_QUERY_PARAMETER");
        assertThat(refused.field()).isEqualTo(field);
    }

    static List<Arguments> what_is_hostile_is_refused() {
        var refused = new ArrayList<Arguments>();
        for (var query : List.of(
                "nonsense",
                "[]",
                "null",
                "{}{}",
                "{\"string_equal\":{\"property\":\"id) or (1=1\",\"value\":\"x\"}}",
                "{\"string_equal\":{\"property\":\"tags\",\"value\":\"x\"}}",
                "{\"string_equal\":{\"property\":\"region\",\"value\":\"\\u0000\"}}",
                "{\"string_equal\":{\"property\":\"region\",\"value\":\"\\ud800\"}}",
                "{\"string_equal\":{\"property\":\"tags\",\"map_key\":\"\\ud800\",\"value\":\"\"}}",
                "{\"number_equal\":{\"property\":\"created_at\",\"value\":1e999}}",
                "{\"string_match_regex\":{\"property\":\"region\",\"pattern\":\"((((a{99}){99}){99}){99}){99}\"}}",
                "{\"string_match_regex\":{\"property\":\"region\",\"pattern\":\"(a*)\\\\1\"}}",
                "{\"and\":{\"exprs\":[".repeat(200) + "]}}".repeat(200),
                "[".repeat(5_000),
                "{\"string_equal\":{\"property\":\"region\",\"value\":\"%s\"}}".formatted("x".repeat(2_000)))) {
            refused.add(Arguments.of("query_json=" + encoded(query), "query_json"));
        }
        for (var cursor : List.of(
                "x",
                "{}",
                "null",
                "{\"created_at\":null,\"actor_id\":null}",
                "{\"created_at\":\"2026-01-01T00:00:00Z\",\"actor_id\":\"'\"}",
                "{\"created_at\":\"+999999999-01-01T00:00:00Z\",\"actor_id\":\"00000000-0000-4000-8000-000000000007\"}")) {
            refused.add(Arguments.of("cursor=" + encoded(cursor), "cursor"));
        }
        return refused;
    }

    @Test
    void a_pattern_that_hangs_other_engines_ends() {
        var answer = api.get("/actors/query?query_json="
                + encoded("{\"string_match_regex\":{\"property\":\"actor_id\",\"pattern\":\"^(([0-9-]+)+)+x$\"}}"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("actors").size()).isZero();
    }

    @Test
    void lists_by_tags_page_through_each_once_while_actors_come_and_go() {
        var build = database.jdbc()
                .sql("select build_id::text from actor limit 1")
                .query(String.class)
                .single();
        insert(build, 2001, 2400, "'{\"walk\": \"me\", \"also\": \"this\"}'::jsonb");
        for (var parameters : List.of(
                "tags_json=" + encoded("{\"walk\":\"me\"}") + "&include_destroyed=true",
                "tags_json=" + encoded("{\"walk\":\"me\",\"also\":\"this\"}") + "&include_destroyed=true",
                "tags_json=" + encoded("{\"walk\":\"me\"}"))) {
            var seen = new ArrayList<String>();
            var cursor = "";
            var next = 3001 + parameters.length() * 100;
            do {
                var page =
                        Api.require(api.get("/actors?" + parameters + cursor)).body();
                page.path("actors").forEach(actor -> seen.add(actor.path("id").asString()));
                insert(build, next, next + 5, "'{\"walk\": \"me\", \"also\": \"this\"}'::jsonb");
                database.jdbc().sql("""
                        update actor set destroyed_at = clock_timestamp() where id in (
                            select id from actor where tags ->> 'walk' = 'me' and destroyed_at is null
                            order by random() limit 3)""").update();
                next += 6;
                cursor = next(page.path("pagination").path("cursor").asString(""));
            } while (!cursor.isEmpty());

            assertThat(seen).doesNotHaveDuplicates();
            var mustBeSeen = parameters.contains("destroyed")
                    ? "select id::text from actor where tags ->> 'walk' = 'me' and (tags ->> 'number')::int < 3000"
                    : "select id::text from actor where tags ->> 'walk' = 'me' and (tags ->> 'number')::int < 3000 and destroyed_at is null";
            assertThat(new HashSet<>(seen))
                    .containsAll(database.jdbc()
                            .sql(mustBeSeen
                                    + " and environment_id = (select id from environment where slug = 'default')")
                            .query(String.class)
                            .list());
        }
        database.jdbc()
                .sql("delete from actor where (tags ->> 'number')::int > 2000")
                .update();
        assertThat(database.jdbc()
                        .sql("select count(*) from actor_tag where not exists (select from actor where id = actor_id)")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private static List<String> all(String query) {
        var found = new ArrayList<String>();
        var cursor = "";
        do {
            var page = Api.require(api.get("/actors/query?query_json=" + encoded(query) + cursor))
                    .body();
            assertThat(page.path("actors").size()).isLessThanOrEqualTo(32);
            page.path("actors")
                    .forEach(actor -> found.add(actor.path("created_at").asString()
                            + actor.path("id").asString()));
            cursor = next(page.path("pagination").path("cursor").asString(""));
        } while (!cursor.isEmpty());
        return found;
    }

    private static String next(String cursor) {
        return cursor.isEmpty() ? "" : "&cursor=" + encoded(cursor);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
