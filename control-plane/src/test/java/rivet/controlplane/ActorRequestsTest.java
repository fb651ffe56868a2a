package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.BuildKind;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.StopReason;
import tools.jackson.databind.JsonNode;

/** Actors over REST, from create to destroyed, on an agent that does what the test says. */
@ControlPlaneTest
class ActorRequestsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static String build = "";

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    ActorRequestsTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        build = api.build("counter.tar", "{\"name\": \"counter\"}");
    }

    @Test
    void a_created_actor_is_shown_as_it_was_asked_for() {
        controlPlane.agent("shown", 1000, 1024);

        var actor = create("shown", """
                "tags": {"room": "7"},
                "runtime": {"environment": {"GREETING": "hello"}},
                "network": {"ports": {"http": {"protocol": "https", "routing": {"guard": {}}}}},
                "lifecycle": {"kill_timeout": 2500, "durable": true}""");

        assertThat(actor.path("region").asString()).isEqualTo("shown");
        assertThat(actor.path("tags")).isEqualTo(json("{\"room\": \"7\"}"));
        assertThat(actor.path("runtime"))
                .isEqualTo(json("{\"build\": \"%s\", \"environment\": {\"GREETING\": \"hello\"}}".formatted(build)));
        assertThat(actor.path("resources")).isEqualTo(json("{\"cpu\": 250, \"memory\": 256}"));
        assertThat(actor.path("lifecycle")).isEqualTo(json("{\"kill_timeout\": 2500, \"durable\": true}"));
        assertThat(actor.path("network"))
                .isEqualTo(json("""
                {"mode": "bridge", "ports": {"http": {"protocol": "https", "hostname": "127.0.0.1", "port": 7080,
                 "path": "/ID-http", "url": "http://127.0.0.1:7080/ID-http", "routing": {"guard": {}}}}}""".replace("ID", id(actor).toString())));
        assertThat(actor.path("state").asString()).isEqualTo("starting");
        assertThat(actor.has("started_at")).isFalse();
        assertThat(actor.has("destroyed_at")).isFalse();
        assertThat(get(id(actor))).isEqualTo(actor);
    }

    @Test
    void what_is_not_said_has_the_defaults_of_the_contract() {
        controlPlane.agent("defaults", 1000, 1024);

        var actor = create("defaults", "\"tags\": {}");

        assertThat(actor.path("network")).isEqualTo(json("{\"mode\": \"bridge\", \"ports\": {}}"));
        assertThat(actor.path("lifecycle")).isEqualTo(json("{\"kill_timeout\": 5000, \"durable\": false}"));
        assertThat(actor.path("runtime").path("environment")).isEqualTo(json("{}"));
    }

    @Test
    void all_that_is_just_within_the_limits_is_taken() {
        controlPlane.agent("limits", 1000, 1024);

        var actor = create("limits", """
                "tags": %s, "runtime": {"environment": %s}, "lifecycle": {"kill_timeout": 7200000},
                "network": {"ports": %s}""".formatted(
                        fields(8, 32, "\"" + "v".repeat(1024) + "\""),
                        fields(64, 256, "\"" + "v".repeat(1024) + "\""),
                        fields(8, 16, "{\"protocol\": \"http\"}")));

        assertThat(actor.path("tags").size()).isEqualTo(8);
        assertThat(actor.path("runtime").path("environment").size()).isEqualTo(64);
        assertThat(actor.path("network").path("ports").size()).isEqualTo(8);
        assertThat(actor.path("lifecycle").path("kill_timeout").asLong()).isEqualTo(7_200_000);
    }

    @Test
    void a_url_has_the_form_asked_for() {
        controlPlane.agent("forms", 1000, 1024);
        var actor = create("forms", """
                "tags": {}, "runtime": {"network": {"endpoint_type": "hostname"}},
                "network": {"ports": {"http": {"protocol": "http"}}}""");

        var asCreated = get(id(actor)).at("/network/ports/http");
        var asAsked = Api.require(api.get("/actors/%s?endpoint_type=path".formatted(id(actor))))
                .body()
                .at("/actor/network/ports/http");

        assertThat(asCreated.path("url").asString()).isEqualTo("http://%s-http.localhost:7080".formatted(id(actor)));
        assertThat(asCreated.path("hostname").asString()).isEqualTo("%s-http.localhost".formatted(id(actor)));
        assertThat(asCreated.has("path")).isFalse();
        assertThat(asAsked.path("url").asString()).isEqualTo("http://127.0.0.1:7080/%s-http".formatted(id(actor)));
    }

    @Test
    void the_agent_is_told_all_it_needs_to_start_the_actor() {
        var agent = controlPlane.agent("told", 1000, 1024);

        var actor = create("told", """
                "tags": {"a": "b"}, "runtime": {"environment": {"K": "v"}}, "lifecycle": {"kill_timeout": 1500},
                "network": {"ports": {"http": {"protocol": "http"}}}""");

        var spec = agent.awaitRun(id(actor), 1).spec();
        assertThat(spec.build().id()).hasToString(build);
        assertThat(spec.build().kind()).isEqualTo(BuildKind.JAVASCRIPT);
        assertThat(spec.build().sha256()).isEqualTo(Api.sha256(new byte[] {'a', 'b', 'c'}));
        assertThat(spec.build().sizeBytes()).isEqualTo(3);
        assertThat(spec.tags()).isEqualTo(Map.of("a", "b"));
        assertThat(spec.environment()).isEqualTo(Map.of("K", "v"));
        assertThat(spec.ports()).hasEntrySatisfying("http", port -> {
            assertThat(port.protocol()).isEqualTo(PortProtocol.HTTP);
            assertThat(port.url()).isEqualTo("http://127.0.0.1:7080/%s-http".formatted(id(actor)));
        });
        assertThat(spec.graceMs()).isEqualTo(1500);
        assertThat(spec.owner().projectSlug()).isEqualTo("default");
        assertThat(spec.owner().environmentSlug()).isEqualTo("default");
        assertThat(spec.owner().region()).isEqualTo("told");
        assertThat(spec.createdAt()).hasToString(actor.path("created_at").asString());
    }

    @Test
    void a_create_that_waits_is_answered_when_the_actor_runs() {
        var agent = controlPlane.agent("ready", 1000, 1024);
        var answer = CompletableFuture.supplyAsync(
                () -> create("ready", "\"tags\": {}, \"network\": {\"wait_ready\": true}"));

        agent.up(onlyRun(agent));

        assertThat(answer.join().path("state").asString()).isEqualTo("running");
        assertThat(answer.join().path("started_at").asString()).isNotBlank();
    }

    @Test
    void a_create_that_waits_is_told_when_the_actor_cannot_start() {
        var agent = controlPlane.agent("unready", 1000, 1024);
        var answer = CompletableFuture.supplyAsync(
                () -> api.post("/actors", body("unready", "\"tags\": {}, \"network\": {\"wait_ready\": true}")));

        var run = onlyRun(agent);
        agent.down(run.actor(), run.generation(), DownReason.PORT_NOT_OPEN, null);

        assertThat(answer.join().status()).isEqualTo(400);
        assertThat(answer.join().code()).isEqualTo("ACTOR_FAILED_TO_CREATE");
        assertThat(answer.join().text("/metadata/reason")).isEqualTo("port_not_open");
        assertThat(answer.join().text("/message")).contains("as the test says");
    }

    @Test
    void actors_are_listed_by_some_of_their_tags_and_without_the_destroyed() {
        var both = actor("nobody-here", "\"tags\": {\"list\": \"1\", \"kind\": \"a\"}");
        var one = actor("nobody-here", "\"tags\": {\"list\": \"1\"}");
        var gone = actor("nobody-here", "\"tags\": {\"list\": \"1\", \"kind\": \"a\"}");
        Api.require(api.delete("/actors/" + gone));

        assertThat(list("{\"list\": \"1\"}", "")).containsExactly(one, both);
        assertThat(list("{\"list\": \"1\", \"kind\": \"a\"}", "")).containsExactly(both);
        assertThat(list("{\"list\": \"1\", \"kind\": \"a\"}", "&include_destroyed=true"))
                .containsExactly(gone, both);
        assertThat(list("{\"list\": \"2\"}", "")).isEmpty();
    }

    @Test
    void an_actor_of_another_environment_is_as_good_as_none() {
        database.jdbc().sql("""
                insert into environment (project_id, slug) select id, 'other' from project where slug = 'default'
                """).update();
        var actor = actor("nobody-here", "\"tags\": {\"whose\": \"default\"}");
        var other = "?project=default&environment=other";

        assertThat(api.get("/actors/" + actor + other).code()).isEqualTo("ACTOR_NOT_FOUND");
        assertThat(api.delete("/actors/" + actor + other).code()).isEqualTo("ACTOR_NOT_FOUND");
        assertThat(api.get("/builds/" + build + other).code()).isEqualTo("BUILD_NOT_FOUND");
        assertThat(api.post("/actors" + other, body("nobody-here", "\"tags\": {}"))
                        .code())
                .isEqualTo("BUILD_NOT_FOUND");
        assertThat(Api.require(api.get("/actors" + other)).body().path("actors").size())
                .isZero();
        assertThat(api.state(actor)).isEqualTo("pending (no_agents_in_region)");
    }

    @Test
    void a_destroyed_actor_is_stopped_with_its_grace_and_stays_readable() {
        var agent = controlPlane.agent("destroyed", 1000, 1024);
        var actor = running(agent, "destroyed", "\"tags\": {}, \"lifecycle\": {\"kill_timeout\": 2500}");

        Api.require(api.delete("/actors/" + actor));

        assertThat(agent.awaitStop(actor))
                .isEqualTo(new DesiredActor.Stop(actor, 1, 2500, null, null, StopReason.DESTROY));
        assertThat(api.state(actor)).isEqualTo("stopping (destroy_requested)");
        agent.down(actor, 1, DownReason.STOPPED, 0);
        awaitState(actor, "destroyed (destroy_requested)");
        agent.awaitUndesired(actor);
        var view = get(actor);
        assertThat(view.path("destroyed_at").asString()).isNotBlank();
        assertThat(view.path("started_at").asString()).isNotBlank();
    }

    @Test
    void destroying_twice_is_harmless_and_may_shorten_the_grace() {
        var agent = controlPlane.agent("twice", 1000, 1024);
        var actor = running(agent, "twice", "\"tags\": {}");

        Api.require(api.delete("/actors/" + actor));
        Api.require(api.delete("/actors/" + actor + "?override_kill_timeout=0"));
        agent.awaitDesired(actor, DesiredActor.Stop.class, stop -> stop.graceMs() == 0);
        agent.down(actor, 1, DownReason.KILLED, null);
        awaitState(actor, "destroyed (destroy_requested)");
        var destroyedAt = get(actor).path("destroyed_at");

        assertThat(Api.require(api.delete("/actors/" + actor)).body()).isEqualTo(json("{}"));
        assertThat(get(actor).path("destroyed_at")).isEqualTo(destroyedAt);
    }

    @Test
    void an_upgrade_stops_the_old_copy_and_starts_the_new_build_as_the_next_generation() {
        var agent = controlPlane.agent("upgraded", 1000, 1024);
        var actor = running(agent, "upgraded", "\"tags\": {}");
        var newer = api.build("newer.tar", "{\"name\": \"newer\"}");

        Api.require(api.post("/actors/" + actor + "/upgrade", "{\"build_tags\": {\"name\": \"newer\"}}"));

        assertThat(agent.awaitStop(actor).generation()).isEqualTo(1);
        assertThat(get(actor).at("/runtime/build").asString()).isEqualTo(newer);
        agent.down(actor, 1, DownReason.STOPPED, 143);
        var next = agent.awaitRun(actor, 2);
        assertThat(next.spec().build().id()).hasToString(newer);
        agent.up(next);
        awaitState(actor, "running");
    }

    @Test
    void a_destroyed_actor_cannot_be_upgraded() {
        var actor = actor("nobody-here", "\"tags\": {}");
        Api.require(api.delete("/actors/" + actor));
        var before = database.contents();

        var answer = api.post("/actors/" + actor + "/upgrade", "{\"build\": \"%s\"}".formatted(build));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("ACTOR_DESTROYED");
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void an_upgrade_by_tags_means_the_living_ones_that_have_them() {
        var newer = api.build("all.tar", "{\"name\": \"all\"}");
        var upgraded = List.of(
                actor("nobody-here", "\"tags\": {\"fleet\": \"1\"}"),
                actor("nobody-here", "\"tags\": {\"fleet\": \"1\", \"more\": \"x\"}"));
        var other = actor("nobody-here", "\"tags\": {\"fleet\": \"2\"}");
        var gone = actor("nobody-here", "\"tags\": {\"fleet\": \"1\"}");
        Api.require(api.delete("/actors/" + gone));

        var answer = Api.require(
                api.post("/actors/upgrade", "{\"tags\": {\"fleet\": \"1\"}, \"build\": \"%s\"}".formatted(newer)));

        assertThat(answer.body().path("count").asInt()).isEqualTo(2);
        assertThat(upgraded).allSatisfy(id -> assertThat(buildOf(id)).isEqualTo(newer));
        assertThat(buildOf(other)).isEqualTo(build);
        assertThat(buildOf(gone)).isEqualTo(build);
    }

    @Test
    void the_newest_build_with_the_tags_is_chosen() {
        api.build("first.tar", "{\"name\": \"versions\", \"channel\": \"a\"}");
        var newest = api.build("second.tar", "{\"name\": \"versions\", \"channel\": \"a\"}");
        api.build("third.tar", "{\"name\": \"versions\", \"channel\": \"b\"}");
        // Tags come and go; what counts is which build was made last.
        Api.require(api.patch("/builds/" + newest + "/tags", "{\"tags\": {\"touched\": \"yes\"}}"));

        var actor = Api.require(
                api.post("/actors", "{\"tags\": {}, \"build_tags\": {\"name\": \"versions\", \"channel\": \"a\"}}"));

        assertThat(actor.text("/actor/runtime/build")).isEqualTo(newest);
    }

    @Test
    void the_diary_tells_what_happened_and_why() {
        var agent = controlPlane.agent("diary", 1000, 1024);
        var actor = running(agent, "diary", "\"tags\": {}");

        agent.down(actor, 1, DownReason.EXITED, 3);
        awaitState(actor, "destroyed (crashed)");

        var entries = database.jdbc()
                .sql("""
                        select status || ' ' || generation || ' ' || coalesce(reason, '-') || ' ' || coalesce(exit_code::text, '-')
                        from actor_event where actor_id = :actor order by id
                        """)
                .param("actor", actor.value())
                .query((row, _) -> row.getString(1))
                .list();
        assertThat(entries).containsExactly("starting 1 placed -", "running 1 ready -", "destroyed 1 crashed 3");
    }

    private ActorId running(SimulatedAgent agent, String region, String rest) {
        var actor = actor(region, rest);
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");
        return actor;
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }

    private static DesiredActor.Run onlyRun(SimulatedAgent agent) {
        return await()
                .atMost(SOON)
                .until(
                        () -> {
                            var last = agent.last();
                            return last == null ? List.<DesiredActor>of() : last.actors();
                        },
                        actors -> actors.size() == 1)
                .stream()
                .map(DesiredActor.Run.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private JsonNode create(String region, String rest) {
        return Api.require(api.post("/actors", body(region, rest))).body().path("actor");
    }

    private ActorId actor(String region, String rest) {
        database.jdbc()
                .sql("insert into region (id, name) values (:id, :id) on conflict do nothing")
                .param("id", region)
                .update();
        return id(create(region, rest));
    }

    private static String body(String region, String rest) {
        return "{\"build\": \"%s\", \"region\": \"%s\", %s}".formatted(build, region, rest);
    }

    private JsonNode get(ActorId actor) {
        return Api.require(api.get("/actors/" + actor)).body().path("actor");
    }

    private String buildOf(ActorId actor) {
        return get(actor).at("/runtime/build").asString();
    }

    private List<ActorId> list(String tags, String rest) {
        var answer = Api.require(api.get("/actors?tags_json=" + Api.encoded(tags) + rest));
        return answer.body()
                .path("actors")
                .valueStream()
                .map(ActorRequestsTest::id)
                .toList();
    }

    private static ActorId id(JsonNode actor) {
        return new ActorId(UUID.fromString(actor.path("id").asString()));
    }

    private static JsonNode json(String text) {
        return Api.JSON.readTree(text);
    }

    /** A JSON object of so many keys of this length. */
    private static String fields(int size, int length, String value) {
        return IntStream.range(0, size)
                .mapToObj(i -> "\"%s\": %s".formatted(("k" + i).repeat(length).substring(0, length), value))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
