package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** What finds no agent waits in its turn, says where it is, and waits no longer than its creator wanted. */
@ControlPlaneTest
class QueueTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    QueueTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.executable("sized.tar", "{\"name\": \"sized\"}");
    }

    @Test
    void each_says_its_place_in_the_queue_of_its_region() {
        controlPlane.agent("places", 100, 64);
        controlPlane.agent("elsewhere", 0, 0);
        var running = create("places", 100, 64);
        create("elsewhere", 100, 64);
        var waiting =
                IntStream.range(0, 3).mapToObj(_ -> create("places", 100, 64)).toList();

        for (int i = 0; i < 3; i++) {
            var shown = Api.require(api.get("/actors/" + waiting.get(i)));
            assertThat(shown.body().at("/actor/queue_position").asInt()).isEqualTo(i + 1);
            var explained = Api.require(api.get("/actors/" + waiting.get(i) + "/explain"));
            assertThat(explained.body().path("queue_position").asInt()).isEqualTo(i + 1);
            assertThat(explained.text("/message"))
                    .contains("number %d in the queue".formatted(i + 1))
                    .contains("1 agent: 1 without enough CPU, 1 without enough memory");
        }
        assertThat(api.get("/actors/" + running).body().at("/actor").has("queue_position"))
                .isFalse();
        assertThat(api.get("/actors/" + running + "/explain").body().has("queue_position"))
                .isFalse();
    }

    /** Two replicas place, others create, and room comes bit by bit: at each time the oldest are those that have an agent. */
    @Test
    void those_placed_are_always_the_oldest() throws Exception {
        try (var other = TestControlPlane.start(database, Map.of());
                var threads = Executors.newFixedThreadPool(4)) {
            var agent = controlPlane.agent("order", 0, 0);
            for (int i = 0; i < 20; i++) {
                create("order", 100, 64);
            }
            var creates = IntStream.range(0, 40)
                    .mapToObj(i -> threads.submit(() -> create(i % 2 == 0 ? api : other.api(), "order", 100, 64, "")))
                    .toList();
            for (int room = 1; room <= 50; room++) {
                room(agent, room * 100, room * 64);
            }
            for (var create : creates) {
                create.get();
            }

            await().atMost(SOON).untilAsserted(() -> assertThat(placed("order")).hasSize(50));
            assertThat(placed("order")).containsExactlyElementsOf(oldest("order", 50));
        }
    }

    @Test
    void who_waits_too_long_is_destroyed_and_says_why() {
        controlPlane.agent("late", 0, 0);

        var actor = create(api, "late", 100, 64, ", \"lifecycle\": {\"placement_timeout\": 1, \"durable\": true}");

        await().atMost(SOON).until(() -> state(actor).equals("destroyed placement_timeout"));
        var explained = Api.require(api.get("/actors/" + actor + "/explain"));
        assertThat(explained.text("/message")).contains("placement_timeout");
        assertThat(Api.require(api.get("/actors/" + actor + "/events"))
                        .body()
                        .at("/events/1/reason")
                        .asString())
                .isEqualTo("placement_timeout");
        assertThat(api.get("/actors/" + actor)
                        .body()
                        .at("/actor/lifecycle/placement_timeout")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void who_may_wait_long_says_until_when_and_is_placed_in_time() {
        var actor = create(api, "later", 100, 64, ", \"lifecycle\": {\"placement_timeout\": 86400000}");

        var explained = Api.require(api.get("/actors/" + actor + "/explain"));
        assertThat(explained.text("/place_by")).isNotEmpty();
        assertThat(explained.text("/message")).contains("If it has none by " + explained.text("/place_by"));

        controlPlane.agent("later", 100, 64).awaitRun(actor, 1);
    }

    /** The bound is for those who ask; what has run is not given up because it is moved at a bad time. */
    @Test
    void the_timeout_is_for_the_first_agent_only() {
        var agent = controlPlane.agent("once", 100, 64);
        var actor = create(api, "once", 100, 64, ", \"lifecycle\": {\"placement_timeout\": 1000, \"durable\": true}");
        Api.require(api.post("/agents/" + agent.id + "/cordon", ""));

        agent.down(actor, agent.awaitRun(actor, 1).generation(), DownReason.EXITED, 1);

        await().atMost(SOON).until(() -> state(actor).equals("pending all_cordoned"));
        assertThat(Api.require(api.get("/actors/" + actor + "/explain")).body().has("place_by"))
                .isFalse();
    }

    @Test
    void who_may_not_wait_at_all_is_not_created() {
        var agent = controlPlane.agent("now", 100, 64);
        var placed = create(api, "now", 100, 64, ", \"lifecycle\": {\"placement_timeout\": 0}");
        agent.awaitRun(placed, 1);
        var before = database.contents();

        var refused = api.post("/actors", body("now", 100, 64, ", \"lifecycle\": {\"placement_timeout\": 0}"));
        var many = api.post(
                "/actors/bulk",
                "{\"actors\": [%s, %s]}"
                        .formatted(
                                body("now", 100, 64, ""),
                                body("now", 100, 64, ", \"lifecycle\": {\"placement_timeout\": 0}")));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("ACTOR_NOT_PLACED");
        assertThat(refused.field()).isEqualTo("lifecycle.placement_timeout");
        assertThat(refused.text("/metadata/reason")).isEqualTo("no_capacity");
        assertThat(many.status()).isEqualTo(503);
        assertThat(many.field()).isEqualTo("actors[1].lifecycle.placement_timeout");
        assertThat(database.contents()).isEqualTo(before);
    }

    private ActorId create(String region, int cpu, int memory) {
        return create(api, region, cpu, memory, "");
    }

    private ActorId create(Api through, String region, int cpu, int memory, String more) {
        database.jdbc()
                .sql("insert into region (id, name) values (:region, :region) on conflict do nothing")
                .param("region", region)
                .update();
        return through.actor(body(region, cpu, memory, more));
    }

    private static String body(String region, int cpu, int memory, String more) {
        return """
                {"tags": {}, "build_tags": {"name": "sized"}, "region": "%s",
                 "resources": {"cpu": %d, "memory": %d}%s}""".formatted(region, cpu, memory, more);
    }

    /** Nobody is told. */
    private void room(SimulatedAgent agent, int cpu, int memory) {
        database.jdbc()
                .sql("update agent set cpu_millicores = :cpu, memory_mib = :memory where id = :id")
                .param("cpu", cpu)
                .param("memory", memory)
                .param("id", agent.id.value())
                .update();
    }

    private String state(ActorId actor) {
        return database.jdbc()
                .sql("select concat_ws(' ', status, state ->> 'reason') from actor where id = :id")
                .param("id", actor.value())
                .query((row, _) -> row.getString(1))
                .single();
    }

    private List<@Nullable String> placed(String region) {
        return ids("region = :region and status = 'starting' order by created_at, id", region);
    }

    private List<@Nullable String> oldest(String region, int count) {
        return ids("region = :region order by created_at, id limit " + count, region);
    }

    private List<@Nullable String> ids(String where, String region) {
        return new ArrayList<>(database.jdbc()
                .sql("select cast(id as text) from actor where " + where)
                .param("region", region)
                .query(String.class)
                .list());
    }
}
