package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** A durable actor that crashes comes back: at once, then after rests that no test waits for. */
@ControlPlaneTest({"rivet.actors.backoff-base=1h", "rivet.actors.backoff-max=12h"})
class CrashTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    CrashTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("crashing.tar", "{\"name\": \"crashing\"}");
    }

    @Test
    void it_is_started_at_once_then_rests_and_is_started_when_the_rest_is_over() {
        var agent = controlPlane.agent("rests", 250, 256);
        var actor = create("rests", true);

        crash(agent, actor, 1);
        agent.awaitRun(actor, 2);

        crash(agent, actor, 2);
        awaitState(actor, "crash_backoff (crashed)");
        agent.awaitUndesired(actor);
        assertThat(hoursOfRest(actor)).isBetween(0.8, 1.2);

        pass(actor, Duration.ofHours(2));
        agent.up(agent.awaitRun(actor, 3));
        awaitState(actor, "running");

        crash(agent, actor, 3);
        awaitState(actor, "crash_backoff (crashed)");
        assertThat(hoursOfRest(actor)).isBetween(1.6, 2.4);
    }

    @Test
    void the_room_of_one_that_rests_is_given_to_another() {
        var agent = controlPlane.agent("room", 250, 256);
        var resting = resting(agent, "room");

        var another = create("room", false);

        agent.awaitRun(another, 1);
        pass(resting, Duration.ofHours(2));
        awaitState(resting, "pending (no_capacity)");
    }

    @Test
    void a_rest_can_be_ended_by_an_upgrade_and_by_a_destroy() {
        var agent = controlPlane.agent("ended", 1000, 1024);
        var upgraded = resting(agent, "ended");
        var destroyed = resting(agent, "ended");

        Api.require(api.post("/actors/" + upgraded + "/upgrade", "{\"build_tags\": {\"name\": \"crashing\"}}"));
        Api.require(api.delete("/actors/" + destroyed));

        agent.awaitRun(upgraded, 3);
        assertThat(api.state(destroyed)).isEqualTo("destroyed (destroy_requested)");
    }

    @Test
    void one_that_is_not_durable_ends_with_its_first_crash() {
        var agent = controlPlane.agent("fragile", 250, 256);
        var actor = create("fragile", false);

        crash(agent, actor, 1);

        awaitState(actor, "destroyed (crashed)");
        agent.awaitUndesired(actor);
    }

    @Test
    void one_that_completes_is_done_durable_or_not() {
        var agent = controlPlane.agent("complete", 250, 256);
        var actor = create("complete", true);

        agent.awaitRun(actor, 1);
        agent.down(actor, 1, DownReason.EXITED, 0);

        awaitState(actor, "destroyed (completed)");
    }

    private ActorId resting(SimulatedAgent agent, String region) {
        var actor = create(region, true);
        crash(agent, actor, 1);
        crash(agent, actor, 2);
        awaitState(actor, "crash_backoff (crashed)");
        return actor;
    }

    private static void crash(SimulatedAgent agent, ActorId actor, long generation) {
        agent.awaitRun(actor, generation);
        agent.down(actor, generation, DownReason.EXITED, 1);
    }

    /** Moves the actor's clock: all that is stored of its times is so much longer ago. */
    private void pass(ActorId actor, Duration time) {
        database.jdbc()
                .sql("""
                        update actor set state = state || jsonb_build_object(
                            'since_ms', (state ->> 'since_ms')::bigint - :ms, 'due_ms', (state ->> 'due_ms')::bigint - :ms)
                        where id = :actor
                        """)
                .param("ms", time.toMillis())
                .param("actor", actor.value())
                .update();
    }

    private double hoursOfRest(ActorId actor) {
        return database.jdbc()
                .sql("select (due_ms - (state ->> 'since_ms')::bigint) / 3600000.0 from actor where id = :actor")
                .param("actor", actor.value())
                .query(Double.class)
                .single();
    }

    private ActorId create(String region, boolean durable) {
        return api.actor("""
                {"tags": {}, "build_tags": {"name": "crashing"}, "region": "%s", "lifecycle": {"durable": %s}}""".formatted(region, durable));
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
