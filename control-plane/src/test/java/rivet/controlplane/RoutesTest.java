package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.controlplane.Api.Answer;
import rivet.protocol.Wire;
import rivet.protocol.link.CustomRoute;
import rivet.protocol.link.RoutedActors;
import rivet.protocol.link.ToAgent;
import tools.jackson.databind.node.ObjectNode;

@PostgresTest
class RoutesTest {

    private static ControlPlane server;
    private static ControlPlane other;
    private static ControlPlane full;
    private static Api api;
    private static TestDatabase database;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var settings = new HashMap<String, Object>(given.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        server = ControlPlane.start(settings);
        other = ControlPlane.start(settings);
        settings.put("rivet.routes.most", 0);
        full = ControlPlane.start(settings);
        api = new Api(server.uri());
        given.jdbc()
                .sql("insert into environment (project_id, slug) select id, 'staging' from project")
                .update();
    }

    @AfterAll
    static void stop() {
        api.close();
        full.close();
        other.close();
        server.close();
    }

    private static ObjectNode route(String hostname, String path) {
        return (ObjectNode) Api.JSON.readTree("""
                {"hostname": "%s", "path": "%s", "strip_prefix": true, "route_subpaths": true,
                 "target": {"actors": {"selector_tags": {"app": "shop"}}}}
                """.formatted(hostname, path));
    }

    private static Answer put(String name, ObjectNode body) {
        return put("/routes/" + name, body.toString());
    }

    private static Answer put(String path, String body) {
        return api.send(api.request(path)
                .header("content-type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void a_route_is_put_listed_changed_and_deleted() {
        assertThat(put("shop", route("Shop.Example.COM", "/v1")).raw().body()).isEqualTo("{}");
        var first = listed("shop");
        assertThat(first.path("hostname").asString()).isEqualTo("shop.example.com");
        assertThat(first.path("path").asString()).isEqualTo("/v1");
        assertThat(first.path("route_subpaths").asBoolean()).isTrue();
        assertThat(first.path("strip_prefix").asBoolean()).isTrue();
        assertThat(first.at("/target/actors/selector_tags/app").asString()).isEqualTo("shop");

        put("shop", route("shop.example.com", "/v1"));
        assertThat(listed("shop")).as("the same again changes nothing").isEqualTo(first);

        put("shop", route("shop.example.com", "/"));
        assertThat(listed("shop").path("path").asString()).isEmpty();
        assertThat(listed("shop").path("created_at")).isEqualTo(first.path("created_at"));
        assertThat(listed("shop").path("updated_at")).isNotEqualTo(first.path("updated_at"));

        assertThat(api.delete("/routes/shop").raw().body()).isEqualTo("{}");
        assertThat(api.delete("/routes/shop").status()).isEqualTo(404);
        assertThat(api.delete("/routes/shop").code()).isEqualTo("ROUTE_NOT_FOUND");
    }

    private static tools.jackson.databind.JsonNode listed(String name) {
        return api.get("/routes")
                .body()
                .path("routes")
                .valueStream()
                .filter(route -> route.path("id").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nodot",
                "localhost",
                "a..b",
                ".a.b",
                "a.b.",
                "-a.example.com",
                "a-.example.com",
                "a_b.example.com",
                "*.example.com",
                "a.example.com:80",
                "http://a.example.com",
                "127.0.0.1",
                "10.0.0.0x1f",
                "0f9c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f-http.localhost",
                "ümlaut.example.com",
                "a234567890123456789012345678901234567890123456789012345678901234.example.com"
            })
    void a_host_name_that_cannot_be_pointed_at_a_proxy_is_refused(String hostname) {
        var answer = put("bad", route(hostname, ""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("ROUTE_INVALID_HOSTNAME");
        assertThat(answer.field()).isEqualTo("hostname");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1",
                "/a/",
                "//",
                "/a//b",
                "/.a",
                "/a.",
                "/a/../b",
                "/a..b",
                "/ä",
                "/a b",
                "/%61",
                "/a?b",
                "/1/2/3/4/5/6/7/8/9"
            })
    void a_path_that_is_none_is_refused(String path) {
        var answer = put("bad", route("bad.example.com", path));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("ROUTE_INVALID_PATH");
        assertThat(answer.field()).isEqualTo("path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upper", "a--b", "-a", "a-", "a.b", "a1234567890123456"})
    void a_name_that_is_none_is_refused(String name) {
        assertThat(put(name, route("bad.example.com", "")).code()).isEqualTo("ROUTE_INVALID_NAME_ID");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                   | ROUTE_INVALID_TARGET
            {"actors": null}                                     | ROUTE_INVALID_TARGET
            {"actors": {}}                                       | ROUTE_INVALID_SELECTOR_TAGS
            {"actors": {"selector_tags": {}}}                    | ROUTE_INVALID_SELECTOR_TAGS
            {"actors": {"selector_tags": {"a": ""}}}             | ROUTE_INVALID_SELECTOR_TAGS
            {"actors": {"selector_tags": {"a": null}}}           | ROUTE_INVALID_SELECTOR_TAGS
            {"actors": {"selector_tags": {"a": 1}}}              | API_BAD_BODY
            {"actors": {"selector_tags": {"a": "1"}, "more": 1}} | API_BAD_BODY
            """)
    void a_target_that_is_none_is_refused(String target, String code) {
        var body = route("bad.example.com", "");
        body.set("target", Api.JSON.readTree(target));

        var answer = put("bad", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(database.jdbc()
                        .sql("select count(*) from route where name = 'bad'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_host_name_is_of_one_environment_and_two_routes_never_mean_the_same() {
        Api.require(put("one", route("own.example.com", "/a")));
        Api.require(put("two", route("own.example.com", "/b")));

        var same = put("three", route("own.example.com", "/a"));
        var elsewhere = put(
                "/routes/four?project=default&environment=staging",
                route("own.example.com", "/c").toString());

        assertThat(same.status()).isEqualTo(409);
        assertThat(same.code()).isEqualTo("ROUTE_HOSTNAME_ALREADY_EXISTS");
        assertThat(elsewhere.status()).isEqualTo(409);
        assertThat(elsewhere.code()).isEqualTo("ROUTE_HOSTNAME_ALREADY_EXISTS");
        var exact = route("own.example.com", "/a").put("route_subpaths", false);
        assertThat(put("exact", exact).status())
                .as("an exact path beside a prefix")
                .isEqualTo(200);
    }

    @Test
    void of_many_who_want_the_same_host_name_at_once_one_has_it() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = threads.invokeAll(IntStream.range(0, 12)
                    .<java.util.concurrent.Callable<Integer>>mapToObj(i -> () ->
                            put("race-" + i, route("race.example.com", "")).status())
                    .toList());
            var statuses = new java.util.ArrayList<Integer>();
            for (var answer : answers) {
                statuses.add(answer.get());
            }
            assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 409);
        }
    }

    @Test
    void a_proxys_own_name_is_not_to_be_had() {
        var id = rivet.protocol.AgentId.random();
        try (var agent = SimulatedAgent.connect(server.uri(), id)) {
            agent.say(new rivet.protocol.link.ToControlPlane.Hello(
                    id,
                    rivet.protocol.link.ToControlPlane.PROTOCOL,
                    "0.1.0",
                    "local",
                    "http://proxy.example.com:7080",
                    new rivet.protocol.link.ToControlPlane.Capacity(0, 0),
                    List.of()));
            await().until(() -> agent.last() != null);

            assertThat(put("steal", route("proxy.example.com", "")).code()).isEqualTo("ROUTE_INVALID_HOSTNAME");
        }
    }

    @Test
    void agents_are_told_all_routes_at_once_and_after_each_change_on_any_replica() {
        Api.require(put("told", route("told.example.com", "/a")));
        try (var agent = SimulatedAgent.joined(server.uri(), "local", 0, 0);
                var elsewhere = SimulatedAgent.joined(other.uri(), "local", 0, 0)) {
            for (var each : List.of(agent, elsewhere)) {
                await().until(() -> hostnames(each).contains("told.example.com"));
            }

            Api.require(put("told", route("new.example.com", "/a")));

            for (var each : List.of(agent, elsewhere)) {
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> hostnames(each).contains("new.example.com")
                                && !hostnames(each).contains("told.example.com"));
            }
        }
    }

    private static List<String> hostnames(SimulatedAgent agent) {
        return agent.received.stream()
                .filter(ToAgent.Routes.class::isInstance)
                .map(ToAgent.Routes.class::cast)
                .reduce((_, last) -> last)
                .map(last -> last.routes().stream().map(CustomRoute::hostname).toList())
                .orElse(List.of());
    }

    @Test
    void a_proxy_is_told_where_a_routes_live_actors_are() {
        api.build("shop.js", "{\"name\": \"shop\"}");
        Api.require(put("where", route("where.example.com", "")));
        try (var agent = SimulatedAgent.joined(server.uri(), "local", 1000, 1000)) {
            var created =
                    Api.require(api.post("/actors", """
                    {"tags": {"app": "shop", "more": "too"}, "build_tags": {"name": "shop"}}
                    """)).body().at("/actor/id").asString();
            Api.require(api.post("/actors", """
                    {"tags": {"app": "other"}, "build_tags": {"name": "shop"}}
                    """));
            var environment = database.jdbc()
                    .sql("select environment_id from route where name = 'where'")
                    .query(java.util.UUID.class)
                    .single();

            var answer = api.send(api.request("/link/routes/%s/where/actors".formatted(environment))
                    .header("authorization", "Bearer " + SimulatedAgent.TOKEN));

            var actors =
                    Wire.JSON.readValue(answer.raw().body(), RoutedActors.class).actors();
            assertThat(actors).singleElement().satisfies(actor -> {
                assertThat(actor.actor().toString()).isEqualTo(created);
                assertThat(actor.agent()).isEqualTo(agent.id);
                assertThat(actor.proxyUrl()).isEqualTo("http://127.0.0.1:7080");
            });
            assertThat(api.get("/link/routes/%s/where/actors".formatted(environment))
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void the_number_of_routes_has_a_bound() {
        try (var fullApi = new Api(full.uri())) {
            var answer = fullApi.send(fullApi.request("/routes/more")
                    .header("content-type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(
                            route("more.example.com", "").toString())));

            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.code()).isEqualTo("ROUTE_LIMIT");
            assertThat(database.jdbc()
                            .sql("select count(*) from route where name = 'more'")
                            .query(Long.class)
                            .single())
                    .isZero();
        }
    }
}
