package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.StopReason;

/** When an actor gets its new build: what the caller says, else what its creator said, else now. */
@ControlPlaneTest
class UpgradePolicyTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static String before = "";
    private static String after = "";

    private final Api api;
    private final TestControlPlane controlPlane;

    UpgradePolicyTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    @BeforeAll
    static void builds(Api api) {
        before = api.build("before.tar", "{\"name\": \"before\"}");
        after = api.build("after.tar", "{\"name\": \"after\"}");
    }

    @Test
    void one_that_waits_until_it_is_idle_serves_until_its_agent_says_that_nobody_uses_it() {
        var agent = controlPlane.agent("idle", 250, 256);
        var actor = running(agent, "idle", "");

        upgrade(actor, "\"policy\": \"when_idle\"");

        assertThat(awaitNewer(agent, actor)).isEqualTo(new DesiredActor.Newer(buildId(after), 1_000L));
        assertThat(api.state(actor)).isEqualTo("running (waits_until_idle)");
        assertThat(view(actor).body().at("/actor/upgrade/waits_until").asString())
                .isNotEmpty();
        assertThat(explained(actor)).contains("which waits until it is idle since", "at most until", "(and then: now)");
        assertThat(reasons(actor)).endsWith("waits_until_idle");

        agent.report(actor, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.UNUSED));

        assertThat(agent.awaitStop(actor).why()).isEqualTo(StopReason.UPGRADE);
        agent.down(actor, 1, DownReason.STOPPED, 0);
        assertThat(agent.awaitRun(actor, 2).spec().build().id()).isEqualTo(buildId(after));
    }

    @Test
    void one_that_is_not_idle_in_time_gets_it_all_the_same() {
        var agent = controlPlane.agent("deadline", 250, 256);
        var actor = running(agent, "deadline", "");

        upgrade(actor, "\"policy\": \"when_idle\", \"deadline\": 10");

        assertThat(agent.awaitStop(actor).drainMs()).isNull();
        assertThat(api.state(actor)).isEqualTo("stopping (upgrade_requested)");
    }

    @Test
    void one_that_is_not_idle_in_time_goes_on_if_that_was_said() {
        var agent = controlPlane.agent("goes-on", 250, 256);
        var actor = running(agent, "goes-on", "");

        upgrade(actor, "\"policy\": \"when_idle\", \"deadline\": 10, \"at_deadline\": \"next_start\"");

        await().atMost(SOON).untilAsserted(() -> assertThat(reasons(actor)).endsWith("waits_for_next_start"));
        assertThat(api.state(actor)).isEqualTo("running");
        assertThat(explained(actor)).contains("which is started when it is started next");
    }

    @Test
    void a_later_word_counts() {
        var agent = controlPlane.agent("later", 250, 256);
        var actor = running(agent, "later", "");
        upgrade(actor, "\"policy\": \"when_idle\"");
        awaitNewer(agent, actor);

        upgrade(actor, "\"policy\": \"next_start\"");
        assertThat(api.state(actor)).isEqualTo("running");
        agent.report(actor, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.UNUSED));
        assertThat(api.state(actor)).isEqualTo("running");

        upgrade(actor, "\"policy\": \"drain\", \"deadline\": 60000");
        assertThat(agent.awaitStop(actor).drainMs()).isEqualTo(60_000);
        assertThat(explained(actor)).contains("may first go on for at most 60000 ms, and new ones are held");

        upgrade(actor, "\"policy\": \"now\"");
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(agent.awaitStop(actor).drainMs()).isNull());
    }

    @Test
    void the_actors_own_policy_counts_where_the_call_has_none() {
        var agent = controlPlane.agent("own", 1000, 1024);
        var own = "\"upgrade\": {\"policy\": \"when_idle\", \"deadline\": 70000, \"at_deadline\": \"drain\"}";
        var waits = running(agent, "own", own);
        var asked = running(agent, "own", own);

        assertThat(view(waits).text("/actor/lifecycle/upgrade/policy")).isEqualTo("when_idle");
        assertThat(view(waits).text("/actor/lifecycle/upgrade/at_deadline")).isEqualTo("drain");
        upgrade(waits, "\"start_timeout\": 1000");
        upgrade(asked, "\"policy\": \"now\"");

        assertThat(api.state(waits)).isEqualTo("running (waits_until_idle)");
        assertThat(explained(waits)).contains("(and then: drain)");
        agent.awaitStop(asked);
    }

    @Test
    void one_without_ports_has_nobody_to_wait_for() {
        var agent = controlPlane.agent("portless", 250, 256);
        var actor = api.actor("{\"tags\": {}, \"build\": \"%s\", \"region\": \"portless\"}".formatted(before));
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");

        upgrade(actor, "\"policy\": \"when_idle\"");

        agent.awaitStop(actor);
    }

    @Test
    void who_waits_for_the_upgrade_waits_until_it_is_idle() {
        var agent = controlPlane.agent("waits", 250, 256);
        var actor = running(agent, "waits", "");
        var using = Thread.ofVirtual().start(() -> {
            awaitNewer(agent, actor);
            agent.report(actor, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.UNUSED));
            agent.awaitStop(actor);
            agent.down(actor, 1, DownReason.STOPPED, 0);
            agent.up(agent.awaitRun(actor, 2));
        });

        var answer = Api.require(api.post(
                "/actors/%s/upgrade?wait=ready".formatted(actor),
                "{\"build\": \"%s\", \"policy\": \"when_idle\"}".formatted(after)));

        assertThat(answer.text("/actor/state")).isEqualTo("running");
        assertThat(answer.body().at("/actor/upgrade").isMissingNode()).isTrue();
        await().until(() -> !using.isAlive());
    }

    @Test
    void a_rollout_goes_on_when_those_of_a_batch_were_idle() {
        var agent = controlPlane.agent("rolls", 1000, 1024);
        var first = running(agent, "rolls", "");
        var second = running(agent, "rolls", "");

        Api.require(api.post("/actors/upgrade", """
                {"tags": {"group": "rolls"}, "build": "%s", "policy": "when_idle", "batch_size": 1}""".formatted(after)));

        await().atMost(SOON).until(() -> waiting(first) != waiting(second));
        var told = waiting(first) ? first : second;
        var other = waiting(first) ? second : first;
        agent.report(told, 1, new Phase.Up(Map.of("http", 4711), Phase.Rest.UNUSED));
        agent.awaitStop(told);
        agent.down(told, 1, DownReason.STOPPED, 0);
        agent.up(agent.awaitRun(told, 2));

        awaitState(other, "running (waits_until_idle)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "policy": "drain", "deadline": 7200001                 | deadline
            "policy": "when_idle", "deadline": 604800001           | deadline
            "policy": "when_idle", "deadline": -1                  | deadline
            "policy": "now", "deadline": 1                         | deadline
            "deadline": 1                                          | deadline
            "policy": "when_idle", "at_deadline": "soon"           | at_deadline
            "policy": "drain", "at_deadline": "now"                | at_deadline
            """)
    void what_makes_no_sense_is_refused(String more, String field) {
        var answer = api.post("/actors/upgrade", "{\"tags\": {}, \"build\": \"%s\", %s}".formatted(after, more));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field()).isEqualTo(field);
    }

    private boolean waiting(ActorId actor) {
        return api.state(actor).equals("running (waits_until_idle)");
    }

    private DesiredActor.Newer awaitNewer(SimulatedAgent agent, ActorId actor) {
        var run = agent.awaitDesired(actor, DesiredActor.Run.class, one -> one.newer() != null);
        return Objects.requireNonNull(run.newer());
    }

    private static BuildId buildId(String id) {
        return BuildId.parse(id);
    }

    private void upgrade(ActorId actor, String more) {
        Api.require(api.post("/actors/" + actor + "/upgrade", "{\"build\": \"%s\", %s}".formatted(after, more)));
    }

    private String explained(ActorId actor) {
        return Api.require(api.get("/actors/" + actor + "/explain")).text("/message");
    }

    private List<String> reasons(ActorId actor) {
        return Api.require(api.get("/actors/" + actor + "/events"))
                .body()
                .get("events")
                .findValuesAsString("reason");
    }

    private Api.Answer view(ActorId actor) {
        return Api.require(api.get("/actors/" + actor));
    }

    private ActorId running(SimulatedAgent agent, String region, String lifecycle) {
        var actor = api.actor("""
                {"tags": {"group": "%2$s"}, "build": "%1$s", "region": "%2$s", "lifecycle": {%3$s},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(before, region, lifecycle));
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");
        return actor;
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
