package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.Health;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;

/** A new build is on trial until it has been ready once; if its first start fails, the actor goes back by itself. */
@ControlPlaneTest
class UpgradeTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static String good = "";
    private static String bad = "";
    private static String better = "";

    private final Api api;
    private final TestControlPlane controlPlane;

    UpgradeTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    @BeforeAll
    static void builds(Api api) {
        good = api.build("good.tar", "{\"name\": \"good\"}");
        bad = api.build("bad.tar", "{\"name\": \"bad\"}");
        better = api.build("better.tar", "{\"name\": \"better\"}");
    }

    @Test
    void one_whose_new_build_does_not_become_ready_has_the_one_before_again() {
        var agent = controlPlane.agent("back", 250, 256);
        var actor = running(agent, "back", "");

        upgrade(actor, bad, "");
        stopped(agent, actor, 1);
        assertThat(build(agent.awaitRun(actor, 2))).isEqualTo(bad);
        assertThat(view(actor).text("/actor/upgrade/state")).isEqualTo("open");
        var rolledBack = controlPlane.bean(MeterRegistry.class).counter("rivet.upgrades.rolled.back");
        var before = rolledBack.count();
        agent.down(actor, 2, DownReason.PORT_NOT_OPEN, null);

        assertThat(build(agent.awaitRun(actor, 3))).isEqualTo(good);
        agent.up(agent.awaitRun(actor, 3));
        awaitState(actor, "running");
        var view = view(actor);
        assertThat(view.text("/actor/runtime/build")).isEqualTo(good);
        assertThat(view.text("/actor/upgrade/state")).isEqualTo("rolled_back");
        assertThat(view.text("/actor/upgrade/build")).isEqualTo(bad);
        assertThat(view.text("/actor/upgrade/message")).isEqualTo("as the test says");
        var why = Api.require(api.get("/actors/" + actor + "/explain")).text("/message");
        assertThat(why).contains("upgrade to build " + bad + " was rolled back to build " + good, "as the test says");
        var events = Api.require(api.get("/actors/" + actor + "/events")).body().get("events");
        assertThat(events.findValuesAsString("reason")).containsOnlyOnce("rolled_back");
        assertThat(rolledBack.count() - before).isEqualTo(1);
    }

    @Test
    void who_waits_for_the_upgrade_is_told_that_it_was_rolled_back() {
        var agent = controlPlane.agent("told", 250, 256);
        var actor = running(agent, "told", "");
        var failing = Thread.ofVirtual().start(() -> {
            stopped(agent, actor, 1);
            agent.awaitRun(actor, 2);
            agent.down(actor, 2, DownReason.NOT_READY, null);
            agent.up(agent.awaitRun(actor, 3));
        });

        var answer = api.post("/actors/%s/upgrade?wait=ready".formatted(actor), "{\"build\": \"%s\"}".formatted(bad));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("UPGRADE_ROLLED_BACK");
        assertThat(answer.text("/message")).contains(bad, good, "as the test says");
        assertThat(answer.text("/metadata/previous_build")).isEqualTo(good);
        assertThat(api.state(actor)).isEqualTo("running");
        await().until(() -> !failing.isAlive());
    }

    @Test
    void who_waits_for_one_that_works_gets_the_actor() {
        var agent = controlPlane.agent("works", 250, 256);
        var actor = running(agent, "works", "");
        var starting = Thread.ofVirtual().start(() -> {
            stopped(agent, actor, 1);
            agent.up(agent.awaitRun(actor, 2));
        });

        var answer = Api.require(
                api.post("/actors/%s/upgrade?wait=ready".formatted(actor), "{\"build\": \"%s\"}".formatted(better)));

        assertThat(answer.text("/actor/state")).isEqualTo("running");
        assertThat(answer.text("/actor/runtime/build")).isEqualTo(better);
        assertThat(answer.body().at("/actor/upgrade").isMissingNode()).isTrue();
        await().until(() -> !starting.isAlive());
    }

    @Test
    void a_build_that_was_ready_once_is_no_longer_on_trial() {
        var agent = controlPlane.agent("proven", 250, 256);
        var actor = running(agent, "proven", "\"durable\": true");
        upgrade(actor, better, "");
        stopped(agent, actor, 1);
        agent.up(agent.awaitRun(actor, 2));
        awaitState(actor, "running");

        agent.down(actor, 2, DownReason.EXITED, 1);

        assertThat(build(agent.awaitRun(actor, 3))).isEqualTo(better);
    }

    @Test
    void what_never_worked_is_not_gone_back_to() {
        var agent = controlPlane.agent("twice", 250, 256);
        var actor = running(agent, "twice", "");
        upgrade(actor, bad, "");
        upgrade(actor, better, "");
        stopped(agent, actor, 1);
        assertThat(build(agent.awaitRun(actor, 2))).isEqualTo(better);

        agent.down(actor, 2, DownReason.EXITED, 0);

        assertThat(build(agent.awaitRun(actor, 3))).isEqualTo(good);
    }

    @Test
    void the_end_of_an_agent_says_nothing_against_a_build() {
        var agent = controlPlane.agent("agent", 250, 256);
        var actor = running(agent, "agent", "\"durable\": true");
        upgrade(actor, better, "");
        stopped(agent, actor, 1);
        agent.awaitRun(actor, 2);

        agent.down(actor, 2, DownReason.AGENT_RESTARTED, null);

        assertThat(build(agent.awaitRun(actor, 3))).isEqualTo(better);
    }

    @Test
    void one_that_sleeps_is_tried_when_it_wakes() {
        var agent = controlPlane.agent("sleeps", 250, 256);
        var actor = running(agent, "sleeps", "");
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        stopped(agent, actor, 1);
        awaitState(actor, "sleeping (sleep_requested)");
        upgrade(actor, bad, "");
        Api.require(api.post("/actors/" + actor + "/wake", ""));
        agent.awaitRun(actor, 2);

        agent.down(actor, 2, DownReason.EXITED, 1);

        assertThat(build(agent.awaitRun(actor, 3))).isEqualTo(good);
    }

    @Test
    void the_first_start_of_a_new_build_has_less_time_unless_somebody_says() {
        var agent = controlPlane.agent("times", 1000, 1024);
        var usual = running(agent, "times", "");
        var own = running(agent, "times", "\"start_timeout\": 20000");
        var asked = running(agent, "times", "\"start_timeout\": 20000");

        upgrade(usual, better, "");
        upgrade(own, better, "");
        upgrade(asked, better, ", \"start_timeout\": 500");

        assertThat(startTimeout(agent, usual)).isEqualTo(10_000);
        assertThat(startTimeout(agent, own)).isEqualTo(20_000);
        assertThat(startTimeout(agent, asked)).isEqualTo(500);
    }

    @Test
    void a_build_brings_its_own_start_deadline_and_the_actor_and_the_call_go_before_it() {
        var agent = controlPlane.agent("deadlines", 1000, 1024);
        var slow = api.build("slow.tar", "{\"name\": \"slow\"}", ", \"start_timeout\": 40000");
        var slower = api.build("slower.tar", "{\"name\": \"slower\"}", ", \"start_timeout\": 50000");
        var says = create("deadlines", slow, "\"start_timeout\": 20000");
        var silent = create("deadlines", slow, "");
        assertThat(startTimeout(agent.awaitRun(says, 1))).isEqualTo(20_000);
        assertThat(startTimeout(agent.awaitRun(silent, 1))).isEqualTo(40_000);
        for (var actor : List.of(says, silent)) {
            agent.up(agent.awaitRun(actor, 1));
            awaitState(actor, "running");
        }

        upgrade(says, slower, ", \"start_timeout\": 500");
        upgrade(silent, slower, "");

        assertThat(startTimeout(agent, says)).isEqualTo(500);
        assertThat(startTimeout(agent, silent)).isEqualTo(50_000);
        agent.down(says, 2, DownReason.NOT_READY, null);
        agent.down(silent, 2, DownReason.NOT_READY, null);
        assertThat(startTimeout(agent.awaitRun(says, 3))).isEqualTo(20_000);
        assertThat(startTimeout(agent.awaitRun(silent, 3)))
                .as("that of the build it goes back to")
                .isEqualTo(40_000);
        assertThat(view(silent).body().at("/actor/lifecycle/start_timeout").isMissingNode())
                .isTrue();
    }

    @Test
    void what_makes_an_actor_ready_and_keeps_it_alive_reaches_its_agent_and_is_shown() {
        var agent = controlPlane.agent("health", 250, 256);
        var lifecycle = """
                "readiness": {"signal": true, "http": {"port": "http", "path": "/ready?a=1"}},
                "liveness": {"http": {"port": "http", "path": "/live"}}, "start_timeout": 1234""";
        var actor = create("health", lifecycle);

        var health = agent.awaitRun(actor, 1).spec().health();

        assertThat(health)
                .isEqualTo(new Health(
                        1234L,
                        true,
                        new Health.HttpCheck("http", "/ready?a=1"),
                        new Health.Liveness(new Health.HttpCheck("http", "/live"), 10_000, 3)));
        var view = view(actor);
        assertThat(view.text("/actor/lifecycle/readiness/http/path")).isEqualTo("/ready?a=1");
        assertThat(view.body().at("/actor/lifecycle/liveness/failures").asInt()).isEqualTo(3);
        assertThat(view.body().at("/actor/lifecycle/start_timeout").asInt()).isEqualTo(1234);
    }

    private long startTimeout(SimulatedAgent agent, ActorId actor) {
        stopped(agent, actor, 1);
        return startTimeout(agent.awaitRun(actor, 2));
    }

    private static long startTimeout(DesiredActor.Run run) {
        var health = run.spec().health();
        return health == null || health.startTimeoutMs() == null ? 0 : health.startTimeoutMs();
    }

    private void upgrade(ActorId actor, String build, String more) {
        Api.require(api.post("/actors/" + actor + "/upgrade", "{\"build\": \"%s\"%s}".formatted(build, more)));
    }

    private static void stopped(SimulatedAgent agent, ActorId actor, long generation) {
        agent.awaitStop(actor);
        agent.down(actor, generation, DownReason.STOPPED, 0);
    }

    private static String build(DesiredActor.Run run) {
        return run.spec().build().id().toString();
    }

    private Api.Answer view(ActorId actor) {
        return Api.require(api.get("/actors/" + actor));
    }

    private ActorId running(SimulatedAgent agent, String region, String lifecycle) {
        var actor = create(region, lifecycle);
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");
        return actor;
    }

    private ActorId create(String region, String lifecycle) {
        return create(region, good, lifecycle);
    }

    private ActorId create(String region, String build, String lifecycle) {
        return api.actor("""
                {"tags": {}, "build": "%s", "region": "%s", "lifecycle": {%s},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(build, region, lifecycle));
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
