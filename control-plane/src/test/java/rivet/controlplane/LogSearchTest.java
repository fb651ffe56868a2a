package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import tools.jackson.databind.JsonNode;

/** Two actors, a red and a blue one, have each said three things. */
@PostgresTest
class LogSearchTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static TestDatabase database;
    private static ControlPlane controlPlane;
    private static Api api;
    private static ActorId red;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var properties = new HashMap<>(database.properties());
        properties.put("rivet.api.port", 0);
        properties.put("rivet.logs.watch-timeout", "3s");
        controlPlane = ControlPlane.start(properties);
        api = new Api(controlPlane.uri());
        api.build("a", "{\"name\":\"a\"}");
        red = created("red");
        var blue = created("blue");
        say(red, 0, "Alpha one");
        say(blue, 0, "alpha two");
        say(red, 1, "Beta failed: code 7");
        say(blue, 1, "beta\0zero");
        say(red, 0, "'; drop table actor_log; --");
        say(blue, 0, "gamma ünicode");
    }

    private static ActorId created(String colour) {
        var body = "{\"tags\":{\"colour\":\"%s\"},\"build_tags\":{\"name\":\"a\"}}".formatted(colour);
        return ActorId.parse(
                Api.require(api.post("/actors", body)).body().at("/actor/id").asString());
    }

    private static void say(ActorId actor, int stream, String line) {
        database.jdbc()
                .sql(
                        "insert into actor_log (actor_id, generation, stream, at, line) values (:a, 1, :s, '2026-01-02 03:04:05Z', :l)")
                .param("a", actor.value())
                .param("s", stream)
                .param("l", line.getBytes(StandardCharsets.UTF_8))
                .update();
    }

    @AfterAll
    static void stop() {
        api.close();
        controlPlane.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"and": {"exprs": []}}                                                                   | 6
            {"string_equal": {"property": "tags", "map_key": "colour", "value": "red"}}               | 3
            {"string_equal": {"property": "stream", "value": "stderr"}}                               | 2
            {"number_equal": {"property": "stream_type", "value": 1}}                                 | 2
            {"string_contains": {"property": "message", "value": "alpha"}}                            | 1
            {"string_contains": {"property": "message", "value": "ALPHA", "case_insensitive": true}}  | 2
            {"string_match_regex": {"property": "message", "pattern": "code \\\\d$"}}                 | 1
            {"string_contains": {"property": "message", "value": "zero"}}                             | 1
            {"string_contains": {"property": "message", "value": "'; drop table actor_log; --"}}      | 1
            {"string_equal": {"property": "message", "value": "gamma ünicode"}}                       | 1
            {"string_equal": {"property": "state", "value": "destroyed"}}                             | 0
            {"and": {"exprs": [{"string_equal": {"property": "tags", "map_key": "colour", "value": "blue"}}, {"string_contains": {"property": "message", "value": "b"}}]}} | 1
            {"or": {"exprs": [{"string_equal": {"property": "tags", "map_key": "colour", "value": "red"}}, {"string_contains": {"property": "message", "value": "two"}}]}}  | 4
            """)
    void a_query_finds_lines_and_an_export_has_the_same(String query, int expected) throws Exception {
        var found = Api.require(api.get("/actors/logs?query_json=" + encoded(query)))
                .body();
        var lines = texts(found.path("lines"));

        assertThat(lines).hasSize(expected);

        var exported = export("{\"query_json\":%s}".formatted(Api.JSON.writeValueAsString(query)));
        assertThat(exported.lines().map(line -> line.replaceFirst("\\S+ \\[\\S+] ", "")))
                .containsExactlyElementsOf(lines);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            search_text=alpha                                                     | 1
            search_text=BETA&stream=std_err                                       | 1
            search_text=BETA&search_case_sensitive=true                           | 0
            search_text=c.de%20[0-9]&search_enable_regex=true                     | 1
            search_text=c.de%20[0-9]                                              | 0
            """)
    void the_older_parameters_search_too(String parameters, int expected) {
        var ids = encoded("[\"%s\"]".formatted(red));

        var found = Api.require(api.get("/actors/logs?actor_ids_json=" + ids + "&" + parameters))
                .body();

        assertThat(found.path("lines").size()).isEqualTo(expected);
    }

    @Test
    void who_watches_a_query_gets_the_lines_of_actors_that_come_later_too() {
        var query = encoded(
                "{\"and\":{\"exprs\":[{\"string_equal\":{\"property\":\"tags\",\"map_key\":\"colour\",\"value\":\"green\"}},"
                        + "{\"string_contains\":{\"property\":\"message\",\"value\":\"news\"}}]}}");
        var first = Api.require(api.get("/actors/logs?query_json=" + query)).body();
        assertThat(first.path("lines").size()).isZero();

        var waiting = CompletableFuture.supplyAsync(
                () -> watch(query, first.at("/watch/index").asString()));
        var green = created("green");
        say(green, 0, "no matter");
        say(green, 0, "news 1");
        say(red, 0, "news of another");
        var second = waiting.join();
        assertThat(texts(second.path("lines"))).containsExactly("news 1");
        assertThat(second.path("actor_ids").get(0).asString()).isEqualTo(green.toString());

        say(green, 0, "news 2");
        var third = watch(query, second.at("/watch/index").asString());
        assertThat(texts(third.path("lines"))).containsExactly("news 2");

        var fourth = watch(query, third.at("/watch/index").asString());
        assertThat(fourth.path("lines").size()).isZero();
        database.jdbc()
                .sql("delete from actor_log where position(convert_to('news', 'UTF8') in line) > 0 or actor_id = :g")
                .param("g", green.value())
                .update();
    }

    @Test
    void a_query_for_too_many_actors_reads_but_cannot_be_watched() {
        var body = "{\"tags\":{\"many\":\"yes\"},\"build_tags\":{\"name\":\"a\"}}";
        var actors = new ArrayList<ActorId>();
        for (int i = 0; i < 65; i++) {
            actors.add(ActorId.parse(Api.require(api.post("/actors", body))
                    .body()
                    .at("/actor/id")
                    .asString()));
        }
        say(actors.getFirst(), 0, "first");
        say(actors.getLast(), 0, "last");
        var query = encoded("{\"string_equal\":{\"property\":\"tags\",\"map_key\":\"many\",\"value\":\"yes\"}}");

        var found = Api.require(api.get("/actors/logs?query_json=" + query)).body();
        var refused = api.get("/actors/logs?query_json=%s&watch_index=%s"
                .formatted(query, found.at("/watch/index").asString()));

        assertThat(texts(found.path("lines"))).containsExactly("first", "last");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo("watch_index");
        database.jdbc().sql("delete from actor where tags ->> 'many' = 'yes'").update();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            query_json=nonsense                                                      | query_json
            search_text=(((a{99}){99}){99}){99}&search_enable_regex=true             | search_text
            search_text=(&search_enable_regex=true                                   | search_text
            watch_index=x                                                            | watch_index
            watch_index=1.00000000-0000-4000-8000-000000000000_x                     | watch_index
            stream=std_none                                                          | stream
            """)
    void what_is_wrong_is_refused_by_name(String parameters, String field) {
        var refused = api.get("/actors/logs?" + parameters.replace("{", "%7B").replace("}", "%7D"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo(field);
    }

    @Test
    void an_index_made_up_for_another_environments_actor_shows_nothing() {
        database.jdbc()
                .sql("insert into environment (project_id, slug) select id, 'theirs' from project")
                .update();
        var index = "1.%s_0".formatted(red);

        var answer = Api.require(api.get("/actors/logs?project=default&environment=theirs&query_json=%s&watch_index=%s"
                        .formatted(encoded("{\"and\":{\"exprs\":[]}}"), index)))
                .body();

        assertThat(answer.path("lines").size()).isZero();
    }

    @Test
    void a_large_export_comes_whole_and_in_order() throws Exception {
        var talker = created("talker");
        database.jdbc().sql("""
                insert into actor_log (actor_id, generation, stream, at, line)
                select :a, 1, 0, timestamptz '2026-01-02 03:04:05Z', convert_to('line ' || n, 'UTF8')
                from generate_series(1, 20000) as n""").param("a", talker.value()).update();

        var text = export(
                "{\"query_json\":\"{\\\"string_equal\\\":{\\\"property\\\":\\\"actor_id\\\",\\\"value\\\":\\\"%s\\\"}}\"}"
                        .formatted(talker));

        var lines = text.lines().toList();
        assertThat(lines).hasSize(20_000);
        assertThat(lines.getFirst()).isEqualTo("2026-01-02T03:04:05Z [stdout] line 1");
        assertThat(lines.getLast()).endsWith(" line 20000");
        database.jdbc()
                .sql("delete from actor where id = :a")
                .param("a", talker.value())
                .update();
    }

    @Test
    void an_export_is_of_the_environment_that_the_body_names() throws Exception {
        database.jdbc()
                .sql("insert into environment (project_id, slug) select id, 'empty' from project")
                .update();

        assertThat(export("{\"project\":\"default\",\"environment\":\"empty\"}"))
                .isEmpty();
        assertThat(api.post("/actors/logs/export", "{\"project\":\"default\",\"environment\":\"no-such\"}")
                        .status())
                .isEqualTo(404);
        assertThat(api.post("/actors/logs/export", "{\"project\":\"a&b\",\"environment\":\"c=d\"}")
                        .status())
                .isEqualTo(400);
        assertThat(api.post("/actors/logs/export", "nonsense").status()).isEqualTo(400);
        assertThat(api.post("/actors/logs/export", "").status()).isEqualTo(400);
        assertThat(api.post("/actors/logs/export", "{\"query_json\":\"{}\"}").status())
                .isEqualTo(400);
    }

    @Test
    void a_url_that_was_changed_or_has_expired_is_refused() throws Exception {
        var url = Api.require(api.post("/actors/logs/export", "{}"))
                .body()
                .path("url")
                .asString();

        assertThat(status(url)).isEqualTo(200);
        assertThat(status(url.replace("of=", "of=00000000-0000-4000-8000-000000000000&was=")))
                .isEqualTo(403);
        assertThat(status(url.replaceAll("query=[^&]*", "query=e30"))).isEqualTo(403);
        assertThat(status(url.replaceAll("expires=\\d+", "expires=99999999999")))
                .isEqualTo(403);
        assertThat(status(url + "x")).isEqualTo(403);

        var environment = url.replaceAll(".*of=([^&]*).*", "$1");
        var expired = Instant.now().minusSeconds(1).getEpochSecond();
        var signature = signature("log-export/%s//%d".formatted(environment, expired));
        assertThat(status("%s/actors/logs/exports?of=%s&query=&expires=%d&signature=%s"
                        .formatted(controlPlane.uri(), environment, expired, signature)))
                .isEqualTo(403);
    }

    private static String signature(String text) throws Exception {
        var key = database.jdbc()
                .sql("select signing_key from installation")
                .query(byte[].class)
                .single();
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode watch(String query, String index) {
        return Api.require(api.get("/actors/logs?query_json=%s&watch_index=%s".formatted(query, index)))
                .body();
    }

    private static String export(String body) throws Exception {
        var url = Api.require(api.post("/actors/logs/export", body))
                .body()
                .path("url")
                .asString();
        return fetched(url).body();
    }

    private static int status(String url) throws Exception {
        return fetched(url).statusCode();
    }

    private static HttpResponse<String> fetched(String url) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url)).timeout(SOON).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static List<String> texts(JsonNode lines) {
        return lines.valueStream()
                .map(line -> new String(Base64.getDecoder().decode(line.asString()), StandardCharsets.UTF_8))
                .toList();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
