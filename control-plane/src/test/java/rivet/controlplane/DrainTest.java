package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.ActorId;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import tools.jackson.databind.JsonNode;

/** An agent is emptied: what is to go on goes on elsewhere, after its old copy is gone; what has no other place says so. */
@ControlPlaneTest("rivet.drain.batch=2")
class DrainTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int BATCH = 2;

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    DrainTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.executable("sized.tar", "{\"name\": \"sized\"}");
    }

    @Test
    void durable_actors_move_some_at_a_time_and_only_after_their_old_copy_is_gone() {
        var from = controlPlane.agent("move", 1000, 640);
        var actors = running(from, "move", 5, true);
        var to = controlPlane.agent("move", 1000, 640);

        drain(from, "");
        await().atMost(SOON).until(() -> stops(from).size() == BATCH);
        assertThat(progress(from)).isEqualTo("draining, moved 0 ended 0 failed 0, stopping 2 remaining 3 blocked 0");
        assertThat(runs(to)).isEmpty();
        var first = stops(from).getFirst();
        assertThat(api.state(first.actor())).isEqualTo("stopping (drain)");

        from.down(first.actor(), first.generation(), DownReason.STOPPED, 0);
        to.awaitRun(first.actor(), 2);
        await().atMost(SOON)
                .until(() ->
                        progress(from).equals("draining, moved 1 ended 0 failed 0, stopping 2 remaining 2 blocked 0"));

        gone(from, () -> progress(from).startsWith("drained"));
        assertThat(progress(from)).isEqualTo("drained, moved 5 ended 0 failed 0, stopping 0 remaining 0 blocked 0");
        actors.forEach(actor -> to.awaitRun(actor, 2));
        assertThat(timeline(first.actor()))
                .containsExactly(
                        "starting placed caller:development",
                        "running ready agent",
                        "stopping drain loop:drain-agents",
                        "pending stopped agent",
                        "starting placed agent");
    }

    @Test
    void actors_that_are_not_durable_get_their_grace_and_are_destroyed() {
        var from = controlPlane.agent("end", 1000, 640);
        var actor = running(from, "end", 1, false).getFirst();

        drain(from, "");
        var stop = from.awaitStop(actor);
        assertThat(stop.graceMs()).isEqualTo(1234);
        from.down(actor, 1, DownReason.STOPPED, 0);

        await().atMost(SOON).until(() -> api.state(actor).equals("destroyed (drain)"));
        assertThat(progress(from)).isEqualTo("drained, moved 0 ended 1 failed 0, stopping 0 remaining 0 blocked 0");
    }

    @Test
    void one_without_another_place_stays_and_says_so_until_there_is_one() {
        var from = controlPlane.agent("stuck", 1000, 640);
        var actor = running(from, "stuck", 1, true).getFirst();

        drain(from, "");
        await().atMost(SOON).until(() -> api.state(actor).equals("running (drain_blocked)"));
        assertThat(progress(from)).isEqualTo("blocked, moved 0 ended 0 failed 0, stopping 0 remaining 1 blocked 1");
        assertThat(timeline(actor)).last().isEqualTo("running drain_blocked loop:drain-agents");
        assertThat(api.get("/actors/" + actor + "/explain").text("/message")).contains("no other agent has room");

        var to = controlPlane.agent("stuck", 1000, 640);
        from.down(actor, from.awaitStop(actor).generation(), DownReason.STOPPED, 0);

        to.awaitRun(actor, 2);
        assertThat(progress(from)).startsWith("drained, moved 1");
    }

    @Test
    void at_the_deadline_those_are_stopped_as_well_that_have_no_other_place() {
        var from = controlPlane.agent("late", 1000, 640);
        var actors = running(from, "late", 3, true);

        drain(from, "{\"deadline_ms\": 0}");

        await().atMost(SOON).until(() -> stops(from).size() == 3);
        actors.forEach(actor -> from.down(actor, 1, DownReason.STOPPED, 0));
        await().atMost(SOON)
                .until(() ->
                        progress(from).equals("drained, moved 0 ended 0 failed 3, stopping 0 remaining 0 blocked 0"));
        assertThat(api.state(actors.getFirst())).isEqualTo("pending (all_cordoned)");

        var to = controlPlane.agent("late", 1000, 640);
        actors.forEach(actor -> to.awaitRun(actor, 2));
    }

    @Test
    void uncordoning_ends_a_drain_and_what_is_left_stays() {
        var from = controlPlane.agent("cancel", 1000, 640);
        var actor = running(from, "cancel", 1, true).getFirst();
        drain(from, "");
        await().atMost(SOON).until(() -> api.state(actor).equals("running (drain_blocked)"));

        Api.require(api.post("/agents/" + from.id + "/uncordon", ""));

        await().atMost(SOON).until(() -> api.state(actor).equals("running"));
        assertThat(timeline(actor)).last().isEqualTo("running drain_lifted loop:drain-agents");
        assertThat(shown(from).has("drain")).isFalse();
        assertThat(stops(from)).isEmpty();
        from.awaitRun(running(from, "cancel", 1, true).getFirst(), 1);
    }

    @Test
    void repeating_it_sets_another_deadline_and_forgets_nothing() {
        var from = controlPlane.agent("again", 1000, 640);
        var actor = running(from, "again", 1, false).getFirst();
        drain(from, "{\"deadline_ms\": 86400000}");
        from.down(actor, from.awaitStop(actor).generation(), DownReason.STOPPED, 0);
        await().atMost(SOON).until(() -> progress(from).contains("ended 1"));
        var before = shown(from).path("drain");

        var after = drain(from, "").body().at("/agent/drain");

        assertThat(after.path("ended").asInt()).isEqualTo(1);
        assertThat(after.path("began_at")).isEqualTo(before.path("began_at"));
        assertThat(after.path("deadline").asString())
                .isLessThan(before.path("deadline").asString());
    }

    /** Any replica goes on where another stopped, and together they do not stop more at a time than one would. */
    @Test
    void many_replicas_drain_as_one_and_one_of_them_may_go() {
        var from = controlPlane.agent("many", 10_000, 6400);
        running(from, "many", 20, true);
        controlPlane.agent("many", 10_000, 6400);
        var settings = Map.<String, Object>of("rivet.drain.batch", BATCH, "rivet.loops.interval", "10ms");
        var most = new AtomicInteger();
        try (var one = TestControlPlane.start(database, settings)) {
            assertThat(one.uri()).isNotEqualTo(controlPlane.uri());
            drain(from, "");
            await().atMost(SOON)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        most.accumulateAndGet(stopOne(from), Math::max);
                        return shown(from).at("/drain/moved").asInt() >= 10;
                    });
        }
        gone(from, () -> progress(from).startsWith("drained"));

        assertThat(most.get()).isLessThanOrEqualTo(BATCH);
        assertThat(progress(from)).isEqualTo("drained, moved 20 ended 0 failed 0, stopping 0 remaining 0 blocked 0");
    }

    /** @return how many were being stopped */
    private int stopOne(SimulatedAgent from) {
        var stopping = database.jdbc()
                .sql("select count(*) from actor where agent_id = :agent and status = 'stopping'")
                .param("agent", from.id.value())
                .query(Integer.class)
                .single();
        stops(from).stream()
                .findFirst()
                .ifPresent(stop -> from.down(stop.actor(), stop.generation(), DownReason.STOPPED, 0));
        return stopping;
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"deadline_ms\": -1}", "{\"deadline_ms\": 86400001}", "{\"deadline_ms\": \"1h\"}"})
    void a_deadline_that_is_none_is_refused(String body) {
        var agent = controlPlane.agent("refused", 1000, 640);
        var before = database.contents();

        var refused = api.post("/agents/" + agent.id + "/drain", body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo("deadline_ms");
        assertThat(database.contents()).isEqualTo(before);
        assertThat(api.post("/agents/5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90/drain", "{}")
                        .code())
                .isEqualTo("AGENT_NOT_FOUND");
    }

    /** Says of everything that is to stop that it is gone, until it is enough. */
    private void gone(SimulatedAgent from, Callable<Boolean> enough) {
        await().atMost(SOON).until(() -> {
            stops(from).forEach(stop -> from.down(stop.actor(), stop.generation(), DownReason.STOPPED, 0));
            return enough.call();
        });
    }

    private List<ActorId> running(SimulatedAgent on, String region, int count, boolean durable) {
        var actors = IntStream.range(0, count)
                .mapToObj(_ -> api.actor("""
                        {"tags": {}, "build_tags": {"name": "sized"}, "region": "%s",
                         "resources": {"cpu": 100, "memory": 64}, "lifecycle": {"durable": %s, "kill_timeout": 1234}}""".formatted(region, durable)))
                .toList();
        actors.forEach(actor -> on.up(on.awaitRun(actor, 1)));
        await().atMost(SOON)
                .until(() -> actors.stream().allMatch(actor -> api.state(actor).startsWith("running")));
        return actors;
    }

    private Api.Answer drain(SimulatedAgent agent, String body) {
        return Api.require(api.post("/agents/" + agent.id + "/drain", body));
    }

    private JsonNode shown(SimulatedAgent agent) {
        return Api.require(api.get("/agents/" + agent.id)).body().path("agent");
    }

    private String progress(SimulatedAgent agent) {
        var drain = shown(agent).path("drain");
        return "%s, moved %s ended %s failed %s, stopping %s remaining %s blocked %s"
                .formatted(
                        drain.path("state").asString(),
                        drain.path("moved"),
                        drain.path("ended"),
                        drain.path("failed"),
                        drain.path("stopping"),
                        drain.path("remaining"),
                        drain.path("blocked"));
    }

    private static List<DesiredActor.Stop> stops(SimulatedAgent agent) {
        return desired(agent, DesiredActor.Stop.class);
    }

    private static List<DesiredActor.Run> runs(SimulatedAgent agent) {
        return desired(agent, DesiredActor.Run.class);
    }

    private static <T extends DesiredActor> List<T> desired(SimulatedAgent agent, Class<T> kind) {
        var last = agent.last();
        return last == null
                ? List.of()
                : last.actors().stream()
                        .filter(kind::isInstance)
                        .map(kind::cast)
                        .toList();
    }

    private List<String> timeline(ActorId actor) {
        return Api.require(api.get("/actors/" + actor + "/events"))
                .body()
                .path("events")
                .valueStream()
                .map(event -> "%s %s %s"
                        .formatted(
                                event.path("state").asString(),
                                event.path("reason").asString(),
                                event.path("by").asString()))
                .toList();
    }
}
