package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.DownReason;

/** Agents as operators see them; and where an operator says so, nothing new lands. */
@ControlPlaneTest
class CordonTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    CordonTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.executable("sized.tar", "{\"name\": \"sized\"}");
    }

    @Test
    void an_agent_is_shown_with_its_room_and_what_it_holds() {
        var agent = controlPlane.agent("shown", 1000, 640);
        var running = create("shown");
        create("shown");
        agent.up(agent.awaitRun(running, 1));
        await().atMost(SOON).until(() -> api.state(running).equals("running"));

        var shown = Api.require(api.get("/agents/" + agent.id)).body().path("agent");

        assertThat(shown.path("heartbeat_age_ms").asLong(-1)).isBetween(0L, SOON.toMillis());
        assertThat(shown.path("joined_at").asString()).isNotEmpty();
        assertThat(shown.path("version").asString()).isEqualTo("0.1.0");
        assertThat(shown.path("proxy_url").asString()).isEqualTo("http://127.0.0.1:7080");
        assertThat(summary(agent))
                .isEqualTo("ready, cordoned false, 200 of 1000 and 128 of 640, starting 1 running 1 stopping 0");
    }

    @Test
    void agents_are_listed_by_region() {
        var one = controlPlane.agent("listed", 1000, 640);
        var other = controlPlane.agent("listed", 1000, 640);
        var elsewhere = controlPlane.agent("listed-too", 1000, 640);

        assertThat(listed("?region=listed")).containsExactlyInAnyOrder(one.id, other.id);
        assertThat(listed("?region=nowhere")).isEmpty();
        assertThat(listed("")).contains(one.id, other.id, elsewhere.id);
    }

    @Test
    void who_was_not_heard_of_is_silent_and_who_was_given_up_is_lost() {
        var agent = controlPlane.agent("heard", 1000, 640);

        touch(agent, "lease_at = lease_at - interval '2 hours'");
        assertThat(summary(agent)).startsWith("silent");

        touch(agent, "lost_at = clock_timestamp()");
        assertThat(summary(agent)).startsWith("lost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90", "..%2fx"})
    void an_agent_that_does_not_exist_is_not_found(String id) {
        var before = database.contents();

        for (var answer : List.of(
                api.get("/agents/" + id),
                api.post("/agents/" + id + "/cordon", ""),
                api.post("/agents/" + id + "/uncordon", ""))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("AGENT_NOT_FOUND");
            assertThat(answer.field()).isEqualTo("agent");
        }
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void what_is_on_a_cordoned_agent_stays_and_what_comes_goes_elsewhere() {
        var cordoned = controlPlane.agent("two", 1000, 1024);
        var there = create("two");
        var open = controlPlane.agent("two", 1000, 640);

        cordon(cordoned);
        var actors = IntStream.range(0, 4).mapToObj(_ -> create("two")).toList();

        actors.forEach(actor -> open.awaitRun(actor, 1));
        assertThat(summary(cordoned)).contains("cordoned true").contains("starting 1");
        cordoned.up(cordoned.awaitRun(there, 1));
        await().atMost(SOON).until(() -> api.state(there).equals("running"));
    }

    @Test
    void one_that_crashes_on_a_cordoned_agent_waits_for_another() {
        var agent = controlPlane.agent("crash", 1000, 640);
        var actor = api.actor("""
                {"tags": {}, "build_tags": {"name": "sized"}, "region": "crash", "lifecycle": {"durable": true}}""");
        cordon(agent);

        agent.down(actor, agent.awaitRun(actor, 1).generation(), DownReason.EXITED, 1);
        await().atMost(SOON).until(() -> api.state(actor).equals("pending (all_cordoned)"));

        controlPlane.agent("crash", 1000, 640).awaitRun(actor, 2);
    }

    @Test
    void what_waits_because_of_a_cordon_says_so_and_is_placed_when_it_is_lifted() {
        var agent = controlPlane.agent("lifted", 1000, 640);
        var silent = controlPlane.agent("lifted", 1000, 640);
        var small = controlPlane.agent("lifted", 10, 640);
        touch(silent, "lease_at = lease_at - interval '2 hours'");
        cordon(agent);
        cordon(small);

        var actor = create("lifted");

        assertThat(api.state(actor)).isEqualTo("pending (all_cordoned)");
        assertThat(api.get("/actors/" + actor + "/explain").text("/message"))
                .contains("all connected agents of region 'lifted' are cordoned")
                .contains("3 agents: 1 silent, 2 cordoned, 1 without enough CPU");
        var dry = Api.require(api.post("/actors?dry_run=true", body("lifted")));
        assertThat(dry.body().path("fits").asBoolean()).isFalse();
        assertThat(dry.body().path("agents").toString()).contains("[\"cordoned\"]", "[\"cordoned\",\"no_cpu\"]");

        Api.require(api.post("/agents/" + agent.id + "/uncordon", ""));

        agent.awaitRun(actor, 1);
    }

    @Test
    void a_cordon_is_kept_when_the_agent_joins_again_and_says_since_when() {
        var agent = controlPlane.agent("again", 1000, 640);
        var since = cordon(agent).text("/agent/cordoned_at");
        agent.close();
        controlPlane.agent(agent.id, "again", 1000, 640);

        assertThat(api.state(create("again"))).isEqualTo("pending (all_cordoned)");
        assertThat(cordon(agent).text("/agent/cordoned_at")).isEqualTo(since).isNotEmpty();
        var lifted = Api.require(api.post("/agents/" + agent.id + "/uncordon", ""));
        assertThat(lifted.text("/agent/cordoned_at")).isEmpty();
        assertThat(summary(agent)).contains("cordoned false");
    }

    @Test
    void a_region_whose_agents_are_cordoned_is_not_recommended_before_one_with_room() {
        cordon(controlPlane.agent("a-closed", 100_000, 100_000));
        controlPlane.agent("b-open", 100_000, 100_000);

        var regions = Api.require(api.get("/regions")).body().path("regions").valueStream();

        assertThat(regions.map(region -> region.path("id").asString())).containsSubsequence("b-open", "a-closed");
    }

    /** The creates are on their way when the cordon comes: each is either there before it answers, or never. */
    @RepeatedTest(5)
    void nothing_lands_after_the_cordon_has_answered() throws Exception {
        var region = "race" + System.nanoTime() % 1_000_000_000;
        var agent = controlPlane.agent(region, 1_000_000, 1_000_000);
        try (var threads = Executors.newFixedThreadPool(10)) {
            var under = new CountDownLatch(20);
            var creates = IntStream.range(0, 200)
                    .<Callable<ActorId>>mapToObj(_ -> () -> {
                        var actor = create(region);
                        under.countDown();
                        return actor;
                    })
                    .map(threads::submit)
                    .toList();
            under.await();

            cordon(agent);
            var there = held(agent);

            creates.forEach(CordonTest::join);
            assertThat(held(agent)).containsExactlyInAnyOrderElementsOf(there).hasSizeBetween(20, 199);
        }
    }

    private static void join(Future<ActorId> create) {
        try {
            create.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<@Nullable String> held(SimulatedAgent agent) {
        return database.jdbc()
                .sql("select cast(id as text) from actor where agent_id = :agent")
                .param("agent", agent.id.value())
                .query(String.class)
                .list();
    }

    private ActorId create(String region) {
        return api.actor(body(region));
    }

    private static String body(String region) {
        return """
                {"tags": {}, "build_tags": {"name": "sized"}, "region": "%s", "resources": {"cpu": 100, "memory": 64}}""".formatted(region);
    }

    private Api.Answer cordon(SimulatedAgent agent) {
        return Api.require(api.post("/agents/" + agent.id + "/cordon", ""));
    }

    private void touch(SimulatedAgent agent, String change) {
        database.jdbc()
                .sql("update agent set %s where id = :id".formatted(change))
                .param("id", agent.id.value())
                .update();
    }

    private List<AgentId> listed(String query) {
        return Api.require(api.get("/agents" + query))
                .body()
                .path("agents")
                .valueStream()
                .map(agent -> AgentId.parse(agent.path("id").asString()))
                .toList();
    }

    private String summary(SimulatedAgent agent) {
        var shown = Api.require(api.get("/agents/" + agent.id)).body().path("agent");
        return "%s, cordoned %s, %s of %s and %s of %s, starting %s running %s stopping %s"
                .formatted(
                        shown.path("state").asString(),
                        shown.path("cordoned").asBoolean(),
                        shown.at("/reserved/cpu"),
                        shown.at("/capacity/cpu"),
                        shown.at("/reserved/memory"),
                        shown.at("/capacity/memory"),
                        shown.at("/actors/starting"),
                        shown.at("/actors/running"),
                        shown.at("/actors/stopping"));
    }
}
