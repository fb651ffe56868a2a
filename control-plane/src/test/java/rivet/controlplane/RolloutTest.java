package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.controlplane.actor.Rollouts;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** Many actors are upgraded some at a time, the next when those before are ready, and none any more when one was rolled back. */
@ControlPlaneTest
class RolloutTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static String before = "";
    private static String after = "";
    private static String third = "";

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
        third = api.build("third.tar", "{\"name\": \"third\"}");
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
        stopped(agent, first, 1);
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
    void what_was_given_another_build_later_keeps_it() {
        var agent = controlPlane.agent("keeps", 4000, 4096);
        var actors = running(agent, "keeps", 2);
        var rollout = begin("keeps", 2, "\"batch_size\": 1, \"pause_ms\": 3600000");
        awaitTold(actors, 1);
        var first = told(actors).getFirst();
        startedAgain(agent, first);
        await().atMost(SOON)
                .until(() -> view(rollout).body().at("/rollout/ready").asInt() == 1);

        upgrade(first, before);
        startedAgain(agent, first, 3);
        pass();

        assertThat(told(actors)).isEmpty();
        assertThat(view(rollout).text("/rollout/state")).isEqualTo("running");
        assertThat(view(rollout).body().at("/rollout/gone").asInt()).isOne();
    }

    @Test
    void nobody_waits_for_one_that_was_given_another_build_meanwhile() {
        var agent = controlPlane.agent("meanwhile", 4000, 4096);
        var actors = running(agent, "meanwhile", 2);
        begin("meanwhile", 2, "\"batch_size\": 1");
        awaitTold(actors, 1);
        var first = told(actors).getFirst();

        upgrade(first, third);

        await().atMost(SOON).until(() -> told(actors).stream().anyMatch(actor -> !actor.equals(first)));
        assertThat(build(first)).isEqualTo(third);
    }

    @Test
    void who_is_given_another_build_before_its_turn_has_none() {
        var agent = controlPlane.agent("leaves", 4000, 4096);
        var actors = running(agent, "leaves", 2);
        var rollout = begin("leaves", 2, "\"batch_size\": 1");
        awaitTold(actors, 1);
        var first = told(actors).getFirst();
        var other = actors.getFirst().equals(first) ? actors.getLast() : actors.getFirst();

        upgrade(other, third);
        startedAgain(agent, other);
        startedAgain(agent, first);

        awaitState(rollout, "done");
        assertThat(build(other)).isEqualTo(third);
        assertThat(view(rollout).body().at("/rollout/ready").asInt()).isOne();
        assertThat(view(rollout).body().at("/rollout/gone").asInt()).isOne();
    }

    @Test
    void a_later_one_of_the_same_actors_ends_it() {
        var agent = controlPlane.agent("later", 4000, 4096);
        var actors = running(agent, "later", 3);
        var one = begin("later", 3, "\"batch_size\": 1");
        awaitTold(actors, 1);
        var other = begin("unrelated", 0, "\"batch_size\": 1");

        var later = begin("later", 3, third, "\"batch_size\": 2");

        assertThat(view(one).text("/rollout/state")).isEqualTo("superseded");
        assertThat(view(one).text("/rollout/reason")).contains(later);
        assertThat(view(one).text("/rollout/ended_at")).isNotEmpty();
        assertThat(view(other).text("/rollout/state")).isEqualTo("done");
        await().atMost(SOON)
                .until(() -> actors.stream()
                                .filter(actor -> build(actor).equals(third))
                                .count()
                        == 2);
        assertThat(told(actors)).isEmpty();
        await().atMost(SOON).until(() -> {
            actors.stream()
                    .filter(actor -> api.state(actor).startsWith("stopping"))
                    .forEach(actor -> startedAgain(agent, actor));
            return view(later).text("/rollout/state").equals("done");
        });
        assertThat(view(later).body().at("/rollout/ready").asInt()).isEqualTo(3);
    }

    @Test
    void what_was_rolled_back_is_tried_again_by_the_next() {
        var agent = controlPlane.agent("again", 250, 256);
        var actors = running(agent, "again", 1);
        var failing = begin("again", 1, "\"batch_size\": 1");
        var actor = actors.getFirst();
        stopped(agent, actor, 1);
        agent.awaitRun(actor, 2);
        agent.down(actor, 2, DownReason.PORT_NOT_OPEN, null);
        awaitState(failing, "stopped");
        agent.up(agent.awaitRun(actor, 3));
        await().atMost(SOON).until(() -> api.state(actor).equals("running"));

        var next = begin("again", 1, "\"batch_size\": 1");
        startedAgain(agent, actor, 4);

        awaitState(next, "done");
        assertThat(build(actor)).isEqualTo(after);
    }

    @Test
    void one_that_slept_when_it_was_told_and_fails_when_it_wakes_stops_it() {
        var agent = controlPlane.agent("asleep", 4000, 4096);
        var actors = running(agent, "asleep", 2).stream()
                .sorted(Comparator.comparing(ActorId::toString))
                .toList();
        var sleeper = actors.getFirst();
        Api.require(api.post("/actors/" + sleeper + "/sleep", ""));
        stopped(agent, sleeper, 1);
        await().atMost(SOON).until(() -> api.state(sleeper).startsWith("sleeping"));
        var rollout = begin("asleep", 2, "\"batch_size\": 1");
        awaitTold(actors, 2);

        Api.require(api.post("/actors/" + sleeper + "/wake", ""));
        agent.awaitRun(sleeper, 2);
        agent.down(sleeper, 2, DownReason.PORT_NOT_OPEN, null);

        awaitState(rollout, "stopped");
        assertThat(view(rollout).text("/rollout/reason")).contains(sleeper.toString(), "as the test says");
    }

    /** It has nothing to go back to, so nothing but its readiness tells whether the build works. */
    @Test
    void one_that_never_ran_is_waited_for() {
        var agent = controlPlane.agent("never", 4000, 4096);
        var actors =
                IntStream.range(0, 2).mapToObj(_ -> created(agent, "never")).toList();
        begin("never", 2, "\"batch_size\": 1");
        awaitTold(actors, 1);

        pass();
        assertThat(told(actors)).hasSize(1);
        startedAgain(agent, told(actors).getFirst());

        awaitTold(actors, 2);
    }

    @Test
    void one_that_went_back_to_its_build_from_a_third_is_ready() {
        var agent = controlPlane.agent("third", 4000, 4096);
        var actors = running(agent, "third", 2);
        var rollout = begin("third", 2, "\"batch_size\": 2");
        awaitTold(actors, 2);
        var first = actors.getFirst();
        startedAgain(agent, first);
        upgrade(first, third);
        stopped(agent, first, 2);
        agent.awaitRun(first, 3);
        agent.down(first, 3, DownReason.PORT_NOT_OPEN, null);
        agent.up(agent.awaitRun(first, 4));

        startedAgain(agent, actors.getLast());

        awaitState(rollout, "done");
    }

    @Test
    void nothing_is_waited_for_after_the_last() {
        var agent = controlPlane.agent("last", 250, 256);
        var actors = running(agent, "last", 1);
        var rollout = begin("last", 1, "\"pause_ms\": 86400000");

        startedAgain(agent, actors.getFirst());

        awaitState(rollout, "done");
    }

    @Test
    void a_pause_is_over_when_the_clock_went_back_behind_its_beginning() {
        var agent = controlPlane.agent("back", 4000, 4096);
        var actors = running(agent, "back", 2);
        var rollout = begin("back", 2, "\"batch_size\": 1, \"pause_ms\": 3600000");
        awaitTold(actors, 1);
        startedAgain(agent, told(actors).getFirst());

        await().atMost(SOON).until(() -> sql("""
                        update rollout set settled_at = clock_timestamp() + interval '1 day'
                        where id = cast(:id as uuid) and settled_at is not null""", rollout) == 1);

        awaitTold(actors, 2);
    }

    @Test
    void however_many_rest_the_newest_has_its_turn() {
        var agent = controlPlane.agent("turn", 250, 256);
        var actors = running(agent, "turn", 1);
        sql("""
                insert into rollout (id, environment_id, build_id, tags, batch_size, pause_ms, actors, begun, settled_at, state, asked_by)
                select gen_random_uuid(), environment_id, build_id, '{}', 1, 86400000,
                    array[gen_random_uuid(), gen_random_uuid()], 1, clock_timestamp(), 'running', 'a test'
                from actor cross join generate_series(1, 100) where id = cast(:id as uuid)
                """, actors.getFirst().toString());

        try {
            begin("turn", 1, "\"batch_size\": 1");
            awaitTold(actors, 1);
        } finally {
            sql("delete from rollout where asked_by = :id", "a test");
        }
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
        return begin(name, count, after, how);
    }

    private String begin(String name, int count, String build, String how) {
        var answer = Api.require(api.post(
                "/actors/upgrade", "{\"tags\": {\"of\": \"%s\"}, \"build\": \"%s\", %s}".formatted(name, build, how)));
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
        return actors.stream().filter(actor -> build(actor).equals(after)).toList();
    }

    private String build(ActorId actor) {
        return Api.require(api.get("/actors/" + actor)).text("/actor/runtime/build");
    }

    private void upgrade(ActorId actor, String build) {
        Api.require(api.post("/actors/" + actor + "/upgrade", "{\"build\": \"%s\"}".formatted(build)));
    }

    /** All that a replica does about rollouts at one time. */
    private void pass() {
        var rollouts = controlPlane.bean(Rollouts.class);
        while (rollouts.pass()) {
            // there is more
        }
    }

    private int sql(String statement, String id) {
        return controlPlane.database().jdbc().sql(statement).param("id", id).update();
    }

    private void startedAgain(SimulatedAgent agent, ActorId actor) {
        startedAgain(agent, actor, 2);
    }

    private void startedAgain(SimulatedAgent agent, ActorId actor, long generation) {
        stopped(agent, actor, generation - 1);
        agent.up(agent.awaitRun(actor, generation));
        await().atMost(SOON).until(() -> api.state(actor).equals("running"));
    }

    private static void stopped(SimulatedAgent agent, ActorId actor, long generation) {
        agent.awaitStop(actor);
        agent.down(actor, generation, DownReason.STOPPED, 0);
    }

    private List<ActorId> running(SimulatedAgent agent, String name, int many) {
        return IntStream.range(0, many).mapToObj(_ -> running(agent, name)).toList();
    }

    private ActorId running(SimulatedAgent agent, String name) {
        var actor = created(agent, name);
        agent.up(agent.awaitRun(actor, 1));
        await().atMost(SOON).until(() -> api.state(actor).equals("running"));
        return actor;
    }

    private ActorId created(SimulatedAgent agent, String name) {
        var actor = api.actor("""
                {"tags": {"of": "%1$s"}, "build": "%2$s", "region": "%1$s", "lifecycle": {"durable": true}}""".formatted(name, before));
        agent.awaitRun(actor, 1);
        return actor;
    }
}
