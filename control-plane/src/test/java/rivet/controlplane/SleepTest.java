package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;
import tools.jackson.databind.JsonNode;

/** An actor that sleeps has no process and takes no room, and is started once when somebody wants it. */
@ControlPlaneTest
class SleepTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;

    SleepTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    @BeforeAll
    static void builds(Api api) {
        api.build("first.tar", "{\"name\": \"first\"}");
        api.build("second.tar", "{\"name\": \"second\"}");
    }

    @Test
    void it_is_stopped_gives_its_room_away_and_keeps_its_key() {
        var agent = controlPlane.agent("room", 250, 256);
        var actor = asleep(agent, "room", "\"key\": \"kept\",");

        assertThat(api.state(actor)).isEqualTo("sleeping (sleep_requested)");
        assertThat(api.get("/actors?key=kept").text("/actors/0/id")).isEqualTo(actor.toString());
        var why = Api.require(api.get("/actors/" + actor + "/explain"));
        assertThat(why.text("/message")).contains("asleep since", "POST /actors/%s/wake".formatted(actor));

        agent.awaitRun(create("room", ""), 1);
    }

    @Test
    void it_is_told_to_stop_with_its_own_grace() {
        var agent = controlPlane.agent("grace", 250, 256);
        var actor = running(agent, "grace", "\"lifecycle\": {\"kill_timeout\": 4321},");

        Api.require(api.post("/actors/" + actor + "/sleep", ""));

        assertThat(agent.awaitStop(actor).graceMs()).isEqualTo(4321);
        assertThat(api.state(actor)).isEqualTo("stopping (sleep_requested)");
    }

    @Test
    void it_falls_asleep_when_its_agent_says_that_it_is_idle() {
        var agent = controlPlane.agent("idle", 250, 256);
        var actor = running(
                agent,
                "idle",
                "\"lifecycle\": {\"idle_timeout\": 1234, \"kill_timeout\": 4321}, \"network\": {\"ports\": {\"http\": {\"protocol\": \"http\"}}},");
        assertThat(agent.awaitRun(actor, 1).spec().idleTimeoutMs()).isEqualTo(1234);
        assertThat(Api.require(api.get("/actors/" + actor)).text("/actor/lifecycle/idle_timeout"))
                .isEqualTo("1234");

        agent.report(actor, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.IDLE));

        assertThat(agent.awaitStop(actor).graceMs()).isEqualTo(4321);
        assertThat(api.state(actor)).isEqualTo("stopping (idle)");
        agent.down(actor, 1, DownReason.STOPPED, 0);
        awaitState(actor, "sleeping (idle)");
        locate(actor);
        agent.up(agent.awaitRun(actor, 2));
        awaitState(actor, "running");

        // An older copy is none of its business.
        agent.report(actor, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.IDLE));
        agent.report(actor, 2, new Phase.Up(Map.of("http", 4711), Phase.Rest.ASKED));

        agent.awaitStop(actor);
        agent.down(actor, 2, DownReason.STOPPED, 0);
        awaitState(actor, "sleeping (asked_by_actor)");
    }

    @Test
    void it_is_woken_by_a_call() {
        var agent = controlPlane.agent("call", 250, 256);
        var actor = asleep(agent, "call", "");

        Api.require(api.post("/actors/" + actor + "/wake", ""));
        agent.up(agent.awaitRun(actor, 2));

        awaitState(actor, "running");
        assertThat(Api.require(api.post("/actors/" + actor + "/wake?wait=ready", ""))
                        .text("/actor/state"))
                .isEqualTo("running");
    }

    @Test
    void many_requests_at_once_start_it_once() throws Exception {
        var agent = controlPlane.agent("many", 1000, 1024);
        var actor = asleep(agent, "many", "");

        try (var proxies = Executors.newVirtualThreadPerTaskExecutor()) {
            var asking = IntStream.range(0, 24)
                    .<Callable<Api.Answer>>mapToObj(_ -> () -> locate(actor))
                    .toList();
            for (var answer : proxies.invokeAll(asking)) {
                assertThat(answer.get().text("/state")).isEqualTo("starting");
            }
        }

        agent.awaitRun(actor, 2);
        var events = Api.require(api.get("/actors/" + actor + "/events")).body().get("events");
        assertThat(events.findValuesAsString("reason")).containsOnlyOnce("woken");
    }

    @Test
    void a_request_that_comes_while_it_goes_to_sleep_has_it_started_again() {
        var agent = controlPlane.agent("meanwhile", 250, 256);
        var actor = running(agent, "meanwhile", "");
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.awaitStop(actor);

        assertThat(locate(actor).text("/state")).isEqualTo("restarting");
        agent.down(actor, 1, DownReason.STOPPED, 0);

        agent.awaitRun(actor, 2);
    }

    @Test
    void a_crash_on_the_way_to_sleep_is_no_crash() {
        var agent = controlPlane.agent("crash", 250, 256);
        var actor = running(agent, "crash", "");
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.awaitStop(actor);

        agent.down(actor, 1, DownReason.EXITED, 1);

        awaitState(actor, "sleeping (sleep_requested)");
    }

    @Test
    void one_that_is_upgraded_sleeps_on_and_wakes_with_the_new_build() {
        var agent = controlPlane.agent("upgrade", 250, 256);
        var actor = asleep(agent, "upgrade", "");

        Api.require(api.post("/actors/" + actor + "/upgrade", "{\"build_tags\": {\"name\": \"second\"}}"));
        assertThat(api.state(actor)).isEqualTo("sleeping (sleep_requested)");
        locate(actor);

        var now = Api.require(api.get("/builds?tags_json=" + Api.encoded("{\"name\":\"second\"}")));
        assertThat(agent.awaitRun(actor, 2).spec().build().id()).hasToString(now.text("/builds/0/id"));
    }

    @Test
    void who_waits_for_one_that_sleeps_to_be_ready_is_answered_at_once() {
        var agent = controlPlane.agent("waits", 250, 256);
        var actor = asleep(agent, "waits", "\"key\": \"waits\",");

        var answer = Api.require(api.get("/actors/" + actor + "?wait=ready"));

        assertThat(answer.text("/actor/state")).isEqualTo("sleeping");
    }

    @Test
    void one_that_is_destroyed_is_gone_at_once_and_can_be_neither_woken_nor_put_to_sleep() {
        var agent = controlPlane.agent("destroyed", 250, 256);
        var actor = asleep(agent, "destroyed", "");

        Api.require(api.delete("/actors/" + actor));

        assertThat(api.state(actor)).isEqualTo("destroyed (destroy_requested)");
        assertThat(locate(actor).text("/state")).isEqualTo("destroyed");
        assertThat(api.post("/actors/" + actor + "/wake", "").code()).isEqualTo("ACTOR_DESTROYED");
        assertThat(api.post("/actors/" + actor + "/sleep", "").code()).isEqualTo("ACTOR_DESTROYED");
    }

    @Test
    void one_without_room_waits_for_it_when_it_is_woken() {
        var agent = controlPlane.agent("full", 250, 256);
        var actor = asleep(agent, "full", "");
        var other = create("full", "");
        agent.awaitRun(other, 1);

        locate(actor);
        assertThat(api.state(actor)).isEqualTo("pending (no_capacity)");
        Api.require(api.delete("/actors/" + other));
        agent.awaitStop(other);
        agent.down(other, 1, DownReason.STOPPED, 0);

        agent.awaitRun(actor, 2);
    }

    @Test
    void a_custom_route_wakes_one_of_its_actors_where_all_sleep() {
        var agent = controlPlane.agent("route", 1000, 1024);
        var first = asleep(agent, "route", "");
        var second = asleep(agent, "route", "");
        putRoute("route");

        assertThat(routed(first).get("actor").asString()).isEqualTo(first.toString());
        agent.up(agent.awaitRun(first, 2));
        awaitState(first, "running");

        assertThat(routed(first).get("state").asString()).isEqualTo("running");
        assertThat(api.state(second)).isEqualTo("sleeping (sleep_requested)");
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.Rest.class,
            names = {"IDLE", "ASKED"})
    void a_request_by_a_custom_route_is_held_while_its_actor_falls_asleep_by_itself(Phase.Rest why) {
        var region = "falling-" + why.name().toLowerCase(Locale.ROOT);
        var agent = controlPlane.agent(region, 250, 256);
        var actor = running(agent, region, "");
        putRoute(region);
        agent.report(actor, 1, new Phase.Up(Map.of("http", 4711), why));
        agent.awaitStop(actor);

        assertThat(routed(actor).get("state").asString()).isEqualTo("restarting");
        agent.down(actor, 1, DownReason.STOPPED, 0);

        agent.awaitRun(actor, 2);
    }

    @Test
    void where_one_falls_asleep_by_itself_one_that_sleeps_already_is_woken() {
        var agent = controlPlane.agent("both", 1000, 1024);
        var falling = running(agent, "both", "");
        var sleeper = asleep(agent, "both", "");
        putRoute("both");
        agent.report(falling, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.IDLE));
        agent.awaitStop(falling);

        assertThat(routed(falling).get("actor").asString()).isEqualTo(sleeper.toString());

        agent.awaitRun(sleeper, 2);
        assertThat(api.state(falling)).isEqualTo("stopping (idle)");
    }

    private void putRoute(String name) {
        Api.require(
                api.send(api.json("/routes/" + name).PUT(HttpRequest.BodyPublishers.ofString("""
                        {"hostname": "%1$s.example.com", "path": "", "strip_prefix": false, "route_subpaths": true,
                         "target": {"actors": {"selector_tags": {"of": "%1$s"}}}}""".formatted(name)))));
    }

    /** As a proxy asks that has a request for the route, which is called as the region is. */
    private JsonNode routed(ActorId one) {
        var where = controlPlane
                .database()
                .jdbc()
                .sql("select environment_id || '/' || region from actor where id = :id")
                .param("id", one.value())
                .query(String.class)
                .single();
        return Api.require(api.send(api.request("/link/routes/%s/actors".formatted(where))
                        .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                        .GET()))
                .body()
                .get("actors")
                .get(0);
    }

    private ActorId asleep(SimulatedAgent agent, String region, String more) {
        var actor = running(agent, region, more);
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.awaitStop(actor);
        agent.down(actor, 1, DownReason.STOPPED, 0);
        awaitState(actor, "sleeping (sleep_requested)");
        return actor;
    }

    private ActorId running(SimulatedAgent agent, String region, String more) {
        var actor = create(region, more);
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");
        return actor;
    }

    private ActorId create(String region, String more) {
        return api.actor("""
                {"tags": {"of": "%s"}, "build_tags": {"name": "first"}, %s "region": "%s"}""".formatted(region, more, region));
    }

    /** As a proxy does that has a request for it. */
    private Api.Answer locate(ActorId actor) {
        return Api.require(api.send(api.request("/link/actors/" + actor)
                .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                .GET()));
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
