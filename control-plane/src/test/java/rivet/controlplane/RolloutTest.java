package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** Many actors are upgraded some at a time, the next when those before are ready, and none any more when one was rolled back. */
@ControlPlaneTest
class RolloutTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static String before = "";
    private static String after = "";

    private final Api api;
    private final TestControlPlane controlPlane;

    RolloutTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    @BeforeAll
    static void builds(Api api) {
        before = api.build("before.tar", "{\"name\": \"before\"}");
        after = api.build("after.tar", "{\"name\": \"after\"}");
    }

    @Test
    void next_ones_are_upgraded_when_those_before_are_ready() {
        var agent = controlPlane.agent("rolls", 4000, 4096);
        var actors = running(agent, "rolls", 3);
        var rollout = begin("rolls", 3, "\"batch_size\": 2");

        awaitTold(actors, 2);
        assertThat(view(rollout).text("/rollout/state")).isEqualTo("running");
        told(actors).forEach(actor -> startedAgain(agent, actor));
        awaitTold(actors, 3);
        told(actors).stream()
                .filter(actor -> !api.state(actor).equals("running"))
                .forEach(actor -> startedAgain(agent, actor));

        awaitState(rollout, "done");
        assertThat(view(rollout).body().at("/rollout/ready").asInt()).isEqualTo(3);
        assertThat(view(rollout).body().at("/rollout/begun").asInt()).isEqualTo(3);
    }

    @Test
    void one_that_is_rolled_back_stops_it() {
        var agent = controlPlane.agent("stops", 4000, 4096);
        var actors = running(agent, "stops", 3);
        var rollout = begin("stops", 3, "\"batch_size\": 1");
        awaitTold(actors, 1);
        var first = told(actors).getFirst();
        stopped(agent, first);
        agent.awaitRun(first, 2);

        agent.down(first, 2, DownReason.PORT_NOT_OPEN, null);

        awaitState(rollout, "stopped");
        assertThat(view(rollout).text("/rollout/reason")).contains(first.toString(), "as the test says");
        assertThat(view(rollout).body().at("/rollout/rolled_back").asInt()).isOne();
        assertThat(told(actors)).isEmpty();
    }

    @Test
    void a_percentage_is_rounded_up_and_those_that_have_the_build_do_not_count() {
        var agent = controlPlane.agent("part", 4000, 4096);
        var actors = running(agent, "part", 5);
        Api.require(api.post("/actors/" + actors.getFirst() + "/upgrade", "{\"build\": \"%s\"}".formatted(after)));
        startedAgain(agent, actors.getFirst());

        var rollout = begin("part", 2, "\"percentage\": 26");

        awaitTold(actors, 3);
        assertThat(view(rollout).body().at("/rollout/total").asInt()).isEqualTo(2);
    }

    @Test
    void a_pause_lies_between_two_batches_and_a_cancel_ends_it() {
        var agent = controlPlane.agent("pause", 4000, 4096);
        var actors = running(agent, "pause", 2);
        var rollout = begin("pause", 2, "\"batch_size\": 1, \"pause_ms\": 3600000");
        awaitTold(actors, 1);
        startedAgain(agent, told(actors).getFirst());
        await().atMost(SOON)
                .until(() -> view(rollout).body().at("/rollout/ready").asInt() == 1);

        var cancelled = Api.require(api.delete("/rollouts/" + rollout));

        assertThat(cancelled.text("/rollout/state")).isEqualTo("cancelled");
        assertThat(cancelled.body().at("/rollout/begun").asInt()).isOne();
        assertThat(told(actors)).hasSize(1);
        assertThat(Api.require(api.get("/rollouts")).body().toString()).contains(rollout);
    }

    @Test
    void an_upgrade_at_the_next_start_leaves_what_runs_alone() {
        var agent = controlPlane.agent("next", 250, 256);
        var actor = running(agent, "next", 1).getFirst();
        Api.require(api.post(
                "/actors/" + actor + "/upgrade", "{\"build\": \"%s\", \"policy\": \"next_start\"}".formatted(after)));
        assertThat(api.state(actor)).isEqualTo("running");

        agent.down(actor, 1, DownReason.EXITED, 1);
        assertThat(agent.awaitRun(actor, 2).spec().build().id()).hasToString(after);
        agent.down(actor, 2, DownReason.EXITED, 1);

        assertThat(agent.awaitRun(actor, 3).spec().build().id()).hasToString(before);
    }

    /** The copy that runs, or is being started, has the old build: what it does says nothing of the new one. */
    @Test
    void what_is_being_started_when_the_next_start_is_said_is_not_the_trial() {
        var agent = controlPlane.agent("starting", 250, 256);
        var actor = running(agent, "starting", 1).getFirst();
        agent.down(actor, 1, DownReason.EXITED, 1);
        var second = agent.awaitRun(actor, 2);
        Api.require(api.post(
                "/actors/" + actor + "/upgrade", "{\"build\": \"%s\", \"policy\": \"next_start\"}".formatted(after)));

        agent.up(second);

        await().atMost(SOON).until(() -> api.state(actor).equals("running"));
        assertThat(Api.require(api.get("/actors/" + actor)).text("/actor/upgrade/state"))
                .isEqualTo("open");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "batch_size": 0                              | batch_size
            "batch_size": 1001                           | batch_size
            "pause_ms": -1                               | pause_ms
            "percentage": 101                            | percentage
            "policy": "soon"                             | policy
            "policy": "next_start", "percentage": 10     | policy
            "start_timeout": 99                          | start_timeout
            """)
    void what_makes_no_sense_is_refused(String more, String field) {
        var answer = api.post("/actors/upgrade", "{\"tags\": {}, \"build\": \"%s\", %s}".formatted(after, more));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field()).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource({"nothing", "00000000-0000-4000-8000-000000000001"})
    void there_is_no_other(String id) {
        assertThat(api.get("/rollouts/" + id).code()).isEqualTo("ROLLOUT_NOT_FOUND");
        assertThat(api.delete("/rollouts/" + id).code()).isEqualTo("ROLLOUT_NOT_FOUND");
    }

    private String begin(String name, int count, String how) {
        var answer = Api.require(api.post(
                "/actors/upgrade", "{\"tags\": {\"of\": \"%s\"}, \"build\": \"%s\", %s}".formatted(name, after, how)));
        assertThat(answer.body().get("count").asInt()).isEqualTo(count);
        return answer.text("/rollout");
    }

    private Api.Answer view(String rollout) {
        return Api.require(api.get("/rollouts/" + rollout));
    }

    private void awaitState(String rollout, String state) {
        await().atMost(SOON).until(() -> view(rollout).text("/rollout/state").equals(state));
    }

    private void awaitTold(List<ActorId> actors, int many) {
        await().atMost(SOON).until(() -> told(actors).size() == many);
    }

    /** Those that have the new build, or are to have it. */
    private List<ActorId> told(List<ActorId> actors) {
        return actors.stream()
                .filter(actor -> Api.require(api.get("/actors/" + actor))
                        .text("/actor/runtime/build")
                        .equals(after))
                .toList();
    }

    private void startedAgain(SimulatedAgent agent, ActorId actor) {
        stopped(agent, actor);
        agent.up(agent.awaitRun(actor, 2));
        await().atMost(SOON).until(() -> api.state(actor).equals("running"));
    }

    private static void stopped(SimulatedAgent agent, ActorId actor) {
        agent.awaitStop(actor);
        agent.down(actor, 1, DownReason.STOPPED, 0);
    }

    private List<ActorId> running(SimulatedAgent agent, String name, int many) {
        return IntStream.range(0, many).mapToObj(_ -> running(agent, name)).toList();
    }

    private ActorId running(SimulatedAgent agent, String name) {
        var actor = api.actor("""
                {"tags": {"of": "%1$s"}, "build": "%2$s", "region": "%1$s", "lifecycle": {"durable": true}}""".formatted(name, before));
        agent.up(agent.awaitRun(actor, 1));
        await().atMost(SOON).until(() -> api.state(actor).equals("running"));
        return actor;
    }
}
