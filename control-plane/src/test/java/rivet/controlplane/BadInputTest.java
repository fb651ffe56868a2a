package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller can get wrong is answered with a code and the field, and changes nothing. */
@ControlPlaneTest
class BadInputTest {

    private static String javascript = "";
    private static String executable = "";
    private static String actor = "";

    private final Api api;
    private final TestDatabase database;

    BadInputTest(Api api, TestDatabase database) {
        this.api = api;
        this.database = database;
    }

    @BeforeAll
    static void somethingToGetWrong(Api api) {
        javascript = api.build("js.tar", "{\"name\": \"good\"}");
        executable = api.executable("exe.tar", "{\"name\": \"good-exe\"}");
        actor = api.actor("{\"tags\": {}, \"build\": \"%s\"}".formatted(javascript))
                .toString();
    }

    static Stream<Arguments> creates() {
        return Stream.of(
                bad("{}", "build", "API_BAD_BODY"),
                bad("{'tags': {}, 'build': 'B', 'build_tags': {'a': 'b'}}", "build_tags", "API_BAD_BODY"),
                bad("{'tags': {}, 'build': 'not-an-id'}", "build", "API_BAD_BODY"),
                bad("{'tags': {}, 'build': '1-1-1-1-1'}", "build", "API_BAD_BODY"),
                bad("{'tags': {}, 'build_tags': {}}", "build_tags", "API_BAD_BODY"),
                bad("{'tags': {}, 'build_tags': {'a': null}}", "build_tags.a", "API_BAD_BODY"),
                bad("{'tags': {}, 'build_tags': %s}".formatted(map(9, "v")), "build_tags", "API_BAD_BODY"),
                bad("{'tags': {}, 'build_tags': {'%s': 'v'}}".formatted("k".repeat(33)), "build_tags", "API_BAD_BODY"),
                bad(
                        "{'tags': {}, 'build_tags': {'a': '%s'}}".formatted("v".repeat(257)),
                        "build_tags.a",
                        "API_BAD_BODY"),
                bad("{'build': 'B'}", "tags", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': %s}".formatted(map(9, "v")), "tags", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'%s': 'v'}}".formatted("k".repeat(33)), "tags", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'%s': 'v'}}".formatted("é".repeat(17)), "tags", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'': 'v'}}", "tags", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'a': ''}}", "tags.a", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'a': null}}", "tags.a", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'a': '\\u0000'}}", "tags.a", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'a': '\\ud800'}}", "tags.a", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'a': '%s'}}".formatted("v".repeat(1025)), "tags.a", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': {'a': 7}}", "tags.a", "API_BAD_BODY"),
                bad("{'build': 'B', 'tags': ['a']}", "tags", "API_BAD_BODY"),
                with("'region': 7", "region"),
                with("'runtime': {'environment': %s}".formatted(map(65, "v")), "runtime.environment"),
                with("'runtime': {'environment': {'%s': 'v'}}".formatted("K".repeat(257)), "runtime.environment"),
                with("'runtime': {'environment': {'A=B': 'v'}}", "runtime.environment"),
                with("'runtime': {'environment': {'': 'v'}}", "runtime.environment"),
                with("'runtime': {'environment': {'A': '%s'}}".formatted("v".repeat(1025)), "runtime.environment.A"),
                with("'runtime': {'environment': {'A': 'a\\u0000b'}}", "runtime.environment.A"),
                with("'runtime': {'arguments': ['x']}", "runtime.arguments"),
                with("'runtime': {'network': {'endpoint_type': 'ip'}}", "runtime.network.endpoint_type"),
                with("'network': {'mode': 'overlay'}", "network.mode"),
                with("'network': {'wait_ready': 'yes'}", "network.wait_ready"),
                with(
                        "'network': {'ports': %s}".formatted(map(9, "")).replace("''", "{'protocol': 'http'}"),
                        "network.ports"),
                port("seventeen-letters", "{'protocol': 'http'}", ""),
                port("-http", "{'protocol': 'http'}", ""),
                port("HTTP", "{'protocol': 'http'}", ""),
                port("", "{'protocol': 'http'}", ""),
                port("http", "null", ""),
                port("http", "{}", ".protocol"),
                port("http", "{'protocol': 'gopher'}", ".protocol"),
                port("http", "{'protocol': 'http', 'internal_port': 80}", ".internal_port"),
                port("http", "{'protocol': 'http', 'internal_port': 80.5}", ".internal_port"),
                port("http", "{'protocol': 'http', 'routing': {}}", ".routing"),
                port("http", "{'protocol': 'http', 'routing': {'guard': {}, 'host': {}}}", ".routing"),
                port("http", "{'protocol': 'http', 'protocl': 'http'}", ".protocl"),
                with(
                        "'network': {'ports': {'a-b': {'protocol': 'http'}, 'a_b': {'protocol': 'http'}}}",
                        "network.ports.a_b"),
                with("'resources': {'cpu': 100, 'memory': 100}", "resources"),
                with("'lifecycle': {'kill_timeout': -1}", "lifecycle.kill_timeout"),
                with("'lifecycle': {'kill_timeout': 7200001}", "lifecycle.kill_timeout"),
                with("'lifecycle': {'kill_timeout': 1e30}", "lifecycle.kill_timeout"),
                with("'lifecycle': {'kill_timeout': '5000'}", "lifecycle.kill_timeout"),
                with("'lifecycle': {'idle_timeout': 999}", "lifecycle.idle_timeout"),
                with("'lifecycle': {'idle_timeout': 86400001}", "lifecycle.idle_timeout"),
                with("'lifecycle': {'idle_timeout': 5000}", "lifecycle.idle_timeout"), // it has no port
                with("'lifecycle': {'placement_timeout': -1}", "lifecycle.placement_timeout"),
                with("'lifecycle': {'placement_timeout': 86400001}", "lifecycle.placement_timeout"),
                with("'lifecycle': {'placement_timeout': '1s'}", "lifecycle.placement_timeout"),
                with("'lifecycle': {'start_timeout': 99}", "lifecycle.start_timeout"),
                with("'lifecycle': {'start_timeout': 3600001}", "lifecycle.start_timeout"),
                with("'lifecycle': {'upgrade': {'policy': 'soon'}}", "lifecycle.upgrade.policy"),
                with("'lifecycle': {'upgrade': {'deadline': 1000}}", "lifecycle.upgrade.deadline"),
                with("'lifecycle': {'readiness': {'signal': 'yes'}}", "lifecycle.readiness.signal"),
                with(
                        "'lifecycle': {'readiness': {'http': {'port': 'none', 'path': '/'}}}",
                        "lifecycle.readiness.http.port"),
                with("'lifecycle': {'liveness': {}}", "lifecycle.liveness.http"),
                with("'lifecycle': {'durable': 'true'}", "lifecycle.durable"),
                with("'lifecycle': {'durable': 1}", "lifecycle.durable"),
                with("'regoin': 'local'", "regoin"),
                with("'network': {'port': {}}", "network.port"),
                executable("'resources': {'cpu': 0, 'memory': 100}", "resources.cpu"),
                executable("'resources': {'cpu': 100}", "resources.memory"),
                executable("'resources': {'cpu': 100, 'memory': -1}", "resources.memory"),
                executable("'resources': {'cpu': 99999999, 'memory': 1}", "resources.cpu"),
                executable("'resources': {'cpu': 99999999999, 'memory': 1}", "resources.cpu"),
                executable(
                        "'network': {'ports': {'p': {'protocol': 'http', 'internal_port': 0}}}",
                        "network.ports.p.internal_port"),
                executable(
                        "'network': {'ports': {'p': {'protocol': 'http', 'internal_port': 65536}}}",
                        "network.ports.p.internal_port"),
                executable(
                        "'network': {'mode': 'host', 'ports': {'p': {'protocol': 'http', 'internal_port': 80}}}",
                        "network.ports.p.internal_port"));
    }

    @ParameterizedTest
    @MethodSource("creates")
    void a_create_that_breaks_a_limit_is_refused(String body, String field, String code) {
        refused("POST", "/actors", ids(body), 400, code, field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"tags": {}, "build": "00000000-0000-4000-8000-000000000000"}                  | BUILD_NOT_FOUND           | build
            {"tags": {}, "build_tags": {"name": "nothing-has-it"}}                         | BUILD_NOT_FOUND_WITH_TAGS | build_tags
            {"tags": {}, "build_tags": {"name": "good"}, "region": "nowhere"}              | REGION_NOT_FOUND          | region
            """)
    void a_create_that_names_what_does_not_exist_is_refused(String body, String code, String field) {
        refused("POST", "/actors", body, 404, code, field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tcp_tls", "udp"})
    void a_port_that_has_no_place_for_a_token_takes_no_rule_and_none_is_reached_past_the_proxy(String protocol) {
        var port = "{'tags': {}, 'build': 'B', 'network': {'ports': {'p': {'protocol': '%s', 'routing': {%s}}}}}";

        var rule = port.formatted(protocol, "'guard': {'authorization': {'connection': {}}}");
        refused("POST", "/actors", ids(rule), 400, "API_BAD_BODY", "network.ports.p.routing.guard.authorization");
        var host = port.formatted(protocol, "'host': {}");
        refused("POST", "/actors", ids(host), 400, "FEATURE_DISABLED", "network.ports.p.routing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"tags": {}, "build_tags": {"name": "good"}                 | 1
            {"tags": {},\\n"build_tags": }                               | 2
            {"tags": {}, "tags": {}, "build_tags": {"name": "good"}}    | 1
            {"tags": {}, "build_tags": {"name": "good"}} trailing       | 1
            []                                                          | 1
            "text"                                                      | 1
            """)
    void a_body_that_is_not_a_json_object_is_refused_with_the_place(String body, int line) {
        var answer = refused("POST", "/actors", body.replace("\\n", "\n"), 400, "API_BAD_BODY", null);

        assertThat(answer.body().at("/metadata/line").asInt()).isEqualTo(line);
        assertThat(answer.body().at("/metadata/column").asInt()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null"})
    void a_missing_body_is_refused(String body) {
        refused("POST", "/actors", body, 400, "API_BAD_BODY", null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                                | ''                | an object
            7                                 | ''                | an object
            {"tags": []}                      | tags              | an object
            {"tags": {"a": {}}}               | tags.a            | a string
            {"resources": {"cpu": {}}}        | resources.cpu     | a number
            {"lifecycle": {"durable": "yes"}} | lifecycle.durable | true or false
            """)
    void a_value_of_another_kind_is_told_in_the_words_of_json(String body, String field, String expected) {
        var answer = refused("POST", "/actors", body, 400, "API_BAD_BODY", field);

        assertThat(answer.text("/message"))
                .isEqualTo("%s: another kind of value (expected: %s)", field.isEmpty() ? "the body" : field, expected);
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        refused("POST", "/actors", " ".repeat(300_000), 413, "API_BODY_TOO_LARGE", null);
    }

    @Test
    void a_body_that_says_it_is_no_json_is_refused() {
        var before = database.contents();

        var answer = api.send(
                api.request("/actors").header("content-type", "text/plain").POST(BodyPublishers.ofString("{}")));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("API_BAD_HEADER");
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void a_build_that_is_not_complete_cannot_be_run() {
        var id = api.uploaded("{\"image_file\": {\"path\": \"x\", \"content_length\": 3}, \"kind\": \"javascript\"}");

        refused(
                "POST",
                "/actors",
                "{\"tags\": {}, \"build\": \"%s\"}".formatted(id),
                400,
                "ACTOR_FAILED_TO_CREATE",
                "build");
    }

    @Test
    void a_secret_is_not_repeated_to_who_sent_it() {
        var secret = "s".repeat(1025);
        var body = ids("{'tags': {}, 'build': 'B', 'runtime': {'environment': {'KEY': '%s'}}}".formatted(secret));

        var answer = refused("POST", "/actors", body, 400, "API_BAD_BODY", "runtime.environment.KEY");

        assertThat(answer.raw().body()).doesNotContain("ssss");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            GET    | /actors/00000000-0000-4000-8000-000000000000         | 404 | ACTOR_NOT_FOUND         | actor
            GET    | /actors/not-an-id                                    | 404 | ACTOR_NOT_FOUND         | actor
            DELETE | /actors/00000000-0000-4000-8000-000000000000         | 404 | ACTOR_NOT_FOUND         | actor
            DELETE | /actors/ACTOR?override_kill_timeout=-1               | 400 | API_BAD_QUERY_PARAMETER | override_kill_timeout
            DELETE | /actors/ACTOR?override_kill_timeout=7200000          | 400 | API_BAD_QUERY_PARAMETER | override_kill_timeout
            DELETE | /actors/ACTOR?override_kill_timeout=soon             | 400 | API_BAD_QUERY_PARAMETER | override_kill_timeout
            GET    | /actors/ACTOR?endpoint_type=ip                       | 400 | API_BAD_QUERY_PARAMETER | endpoint_type
            GET    | /actors?endpoint_type=ip                             | 400 | API_BAD_QUERY_PARAMETER | endpoint_type
            GET    | /actors?tags_json=%7B                                | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /actors?tags_json=%5B%5D                             | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /actors?tags_json=null                               | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /actors?tags_json=%7B%22a%22%3A7%7D                  | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /actors?tags_json=%7B%22a%22%3Anull%7D               | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /actors?tags_json=%7B%22a%22%3A%22%5Cu0000%22%7D     | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /actors?include_destroyed=perhaps                    | 400 | API_BAD_QUERY_PARAMETER | include_destroyed
            GET    | /actors?cursor=nonsense                              | 400 | API_BAD_QUERY_PARAMETER | cursor
            GET    | /actors?cursor=KzEwMDAwMDAwMDAtMTItMzFUMjM6NTk6NTlaLzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMA | 400 | API_BAD_QUERY_PARAMETER | cursor
            GET    | /actors?project=default                              | 400 | API_BAD_QUERY_PARAMETER | environment
            GET    | /actors?environment=default                          | 400 | API_BAD_QUERY_PARAMETER | project
            GET    | /actors?project=Not%20a%20slug&environment=default   | 400 | API_BAD_QUERY_PARAMETER | project
            GET    | /actors?project=absent&environment=default           | 404 | PROJECT_NOT_FOUND       | project
            GET    | /actors?project=default&environment=absent           | 404 | ENVIRONMENT_NOT_FOUND   | environment
            GET    | /builds/00000000-0000-4000-8000-000000000000         | 404 | BUILD_NOT_FOUND         | build
            GET    | /builds/not-an-id                                    | 404 | BUILD_NOT_FOUND         | build
            GET    | /builds?tags_json=%7B                                | 400 | API_BAD_QUERY_PARAMETER | tags_json
            GET    | /regions/recommend?lat=50                            | 400 | API_BAD_QUERY_PARAMETER | long
            GET    | /regions/recommend?long=8                            | 400 | API_BAD_QUERY_PARAMETER | lat
            GET    | /regions/recommend?lat=50&long=east                  | 400 | API_BAD_QUERY_PARAMETER | long
            GET    | /regions/recommend?lat=91&long=8                     | 400 | API_BAD_QUERY_PARAMETER | lat
            GET    | /regions/recommend?lat=50&long=181                   | 400 | API_BAD_QUERY_PARAMETER | long
            GET    | /regions/recommend?lat=NaN&long=8                    | 400 | API_BAD_QUERY_PARAMETER | lat
            GET    | /actors/logs?actor_ids_json=%5B%5D                   | 400 | ACTOR_LOGS_NO_ACTOR_IDS | actor_ids_json
            GET    | /actors/logs?actor_ids_json=7                        | 400 | API_BAD_QUERY_PARAMETER | actor_ids_json
            GET    | /actors/logs?actor_ids_json=%5B%22x%22%5D            | 400 | ACTOR_LOGS_INVALID_ACTOR_IDS | actor_ids_json
            GET    | /actors/logs?actor_ids_json=%5Bnull%5D               | 400 | ACTOR_LOGS_INVALID_ACTOR_IDS | actor_ids_json
            GET    | /actors/logs?actor_ids_json=%5B%2200000000-0000-4000-8000-000000000000%22%5D | 404 | ACTOR_NOT_FOUND | actor_ids_json
            GET    | /actors/logs?actor_ids_json=%5B%22ACTOR%22%5D&stream=std_in     | 400 | API_BAD_QUERY_PARAMETER | stream
            GET    | /actors/logs?actor_ids_json=%5B%22ACTOR%22%5D&watch_index=x     | 400 | API_BAD_QUERY_PARAMETER | watch_index
            GET    | /actors/logs?actor_ids_json=%5B%22ACTOR%22%5D&watch_index=1.2   | 400 | API_BAD_QUERY_PARAMETER | watch_index
            GET    | /nowhere                                             | 404 | API_NOT_FOUND           |
            PUT    | /actors/ACTOR                                        | 405 | API_METHOD_NOT_ALLOWED  |
            """)
    void a_request_without_a_body_that_makes_no_sense_is_refused(
            String method, String path, int status, String code, String field) {
        refused(method, path.replace("ACTOR", actor), null, status, code, field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /actors/ACTOR/upgrade   | {}                                                                 | 400 | API_BAD_BODY              | build
            /actors/ACTOR/upgrade   | {"build": "JS", "build_tags": {"name": "good"}}                    | 400 | API_BAD_BODY              | build_tags
            /actors/ACTOR/upgrade   | {"build": "00000000-0000-4000-8000-000000000000"}                  | 404 | BUILD_NOT_FOUND           | build
            /actors/ACTOR/upgrade   | {"build_tags": {"name": "nothing-has-it"}}                         | 404 | BUILD_NOT_FOUND_WITH_TAGS | build_tags
            /actors/ACTOR/upgrade   | {"build": "EXE"}                                                   | 400 | API_BAD_BODY              | build
            /actors/ACTOR/upgrade   | {"build": "JS", "force": true}                                     | 400 | API_BAD_BODY              | force
            /actors/upgrade         | {"build": "JS"}                                                    | 400 | API_BAD_BODY              | tags
            /actors/upgrade         | {"tags": {"a": ""}, "build": "JS"}                                 | 400 | API_BAD_BODY              | tags.a
            /actors/upgrade         | {"tags": {}}                                                       | 400 | API_BAD_BODY              | build
            /builds/prepare         | {}                                                                 | 400 | FEATURE_DISABLED          | kind
            /builds/prepare         | {"kind": "javascript"}                                             | 400 | API_BAD_BODY              | image_file
            /builds/prepare         | {"kind": "wasm"}                                                   | 400 | API_BAD_BODY              | kind
            /builds/prepare         | {"kind": "javascript", "compression": "zip", "image_file": {"path": "x", "content_length": 3}}  | 400 | API_BAD_BODY | compression
            /builds/prepare         | {"kind": "javascript", "image_file": {"content_length": 3}}        | 400 | API_BAD_BODY              | image_file.path
            /builds/prepare         | {"kind": "javascript", "image_file": {"path": "x"}}                | 400 | API_BAD_BODY              | image_file.content_length
            /builds/prepare         | {"kind": "javascript", "image_file": {"path": "x", "content_length": 0}}         | 400 | API_BAD_BODY     | image_file.content_length
            /builds/prepare         | {"kind": "javascript", "image_file": {"path": "x", "content_length": 11000000}}  | 413 | UPLOAD_TOO_LARGE | image_file.content_length
            /builds/prepare         | {"kind": "javascript", "image_file": {"path": "x", "content_length": 3, "sha256": "AB"}} | 400 | API_BAD_BODY | image_file.sha256
            /builds/prepare         | {"kind": "javascript", "start_timeout": 99, "image_file": {"path": "x", "content_length": 3}}      | 400 | API_BAD_BODY | start_timeout
            /builds/prepare         | {"kind": "javascript", "start_timeout": 3600001, "image_file": {"path": "x", "content_length": 3}} | 400 | API_BAD_BODY | start_timeout
            /builds/prepare         | {"kind": "javascript", "start_timeout": "1 s", "image_file": {"path": "x", "content_length": 3}}   | 400 | API_BAD_BODY | start_timeout
            /builds/not-an-id/complete |                                                                 | 404 | BUILD_NOT_FOUND           | build
            """)
    void a_post_that_makes_no_sense_is_refused(String path, String body, int status, String code, String field) {
        refused("POST", path.replace("ACTOR", actor), body == null ? "" : ids(body), status, code, field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                   | API_BAD_BODY                    | tags
            {"tags": {"": "v"}}                                  | API_BAD_BODY                    | tags
            {"tags": {"a": ""}}                                  | API_BAD_BODY                    | tags.a
            {"tags": {"a": 7}}                                   | API_BAD_BODY                    | tags.a
            {"tags": {"a": "b"}, "exclusive_tags": ["c"]}        | BUILD_TAGS_MISSING_EXCLUSIVE_KEY| exclusive_tags
            {"tags": {"a": null}, "exclusive_tags": ["a"]}       | BUILD_TAGS_NULL_EXCLUSIVE_KEY   | exclusive_tags
            {"tags": {"a": "b"}, "exclusive_tags": [null]}       | BUILD_TAGS_MISSING_EXCLUSIVE_KEY| exclusive_tags
            {"tags": {"a": "b"}, "exclusive": []}                | API_BAD_BODY                    | exclusive
            TOO_MANY                                             | API_BAD_BODY                    | tags
            """)
    void tags_that_a_build_cannot_have_are_refused(String body, String code, String field) {
        var tags = body.equals("TOO_MANY") ? ids("{'tags': %s}".formatted(map(33, "v"))) : body;

        refused("PATCH", "/builds/" + javascript + "/tags", tags, 400, code, field);
    }

    private Api.Answer refused(
            String method, String path, @Nullable String body, int status, String code, @Nullable String field) {
        var before = database.contents();

        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        var answer = api.send(api.json(path).method(method, publisher));

        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.field()).isEqualTo(field == null ? "" : field);
        assertThat(answer.text("/message")).isNotBlank();
        assertThat(database.contents()).isEqualTo(before);
        return answer;
    }

    private static Arguments bad(String body, String field, String code) {
        return Arguments.of(body, field, code);
    }

    private static Arguments with(String rest, String field) {
        return bad("{'build': 'B', 'tags': {}, %s}".formatted(rest), field, "API_BAD_BODY");
    }

    private static Arguments executable(String rest, String field) {
        return bad("{'build': 'E', 'tags': {}, %s}".formatted(rest), field, "API_BAD_BODY");
    }

    private static Arguments port(String name, String port, String field) {
        return with("'network': {'ports': {'%s': %s}}".formatted(name, port), "network.ports." + name + field);
    }

    /** A JSON object of so many different keys. */
    private static String map(int size, String value) {
        return IntStream.range(0, size)
                .mapToObj(i -> "'k%d': '%s'".formatted(i, value))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Real ids in their place, and quotes as JSON has them. */
    private static String ids(String body) {
        var ids = Map.of("\"B\"", javascript, "\"E\"", executable, "\"JS\"", javascript, "\"EXE\"", executable);
        var text = body.replace('\'', '"');
        for (var id : ids.entrySet()) {
            text = text.replace(id.getKey(), '"' + id.getValue() + '"');
        }
        return text;
    }
}
