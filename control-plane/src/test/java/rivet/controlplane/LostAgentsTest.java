package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.link.Heartbeat;

/** Two control planes on one database, both of which look for lost agents. */
@PostgresTest
class LostAgentsTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static final Map<String, Object> SHORT = Map.of(
            "rivet.agents.heartbeat", "100ms",
            "rivet.agents.fence", "400ms",
            "rivet.agents.freeze", "50ms",
            "rivet.agents.stall", "50ms",
            "rivet.agents.unreachable", "2s",
            "rivet.agents.replace-after", "3s",
            "rivet.agents.brake", "1h");

    private final TestDatabase database;

    LostAgentsTest(TestDatabase database) {
        this.database = database;
    }

    /** Agents of the other tests are silent, too. */
    @BeforeEach
    void forgetOthers() {
        database.jdbc().sql("update agent set lost_at = clock_timestamp()").update();
    }

    @Test
    void who_falls_silent_is_lost_once_and_its_actors_are_replaced_once() {
        try (var one = TestControlPlane.start(database, SHORT);
                var other = TestControlPlane.start(database, SHORT);
                var hearts = Executors.newSingleThreadScheduledExecutor()) {
            var api = one.api();
            api.build("lost.tar", "{\"name\": \"lost\"}");
            var silent = one.agent("lost", 2000, 1024);
            var breath = hearts.scheduleAtFixedRate(() -> silent.heartbeat(1), 0, 100, TimeUnit.MILLISECONDS);
            var durable = List.of(create(api, true), create(api, true), create(api, true));
            var fleeting = create(api, false);
            durable.forEach(actor -> silent.up(silent.awaitRun(actor, 1)));
            silent.up(silent.awaitRun(fleeting, 1));
            await().atMost(SOON).until(() -> api.state(fleeting).equals("running"));
            var alive = other.agent("lost", 2000, 1024);
            var _ = hearts.scheduleAtFixedRate(() -> alive.heartbeat(alive.epoch()), 0, 100, TimeUnit.MILLISECONDS);
            breath.cancel(false);

            durable.forEach(actor -> alive.up(alive.awaitRun(actor, 2)));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(durable)
                            .allMatch(actor -> api.state(actor).equals("running")));
            await().atMost(SOON).until(() -> api.state(fleeting).equals("destroyed (agent_lost)"));

            assertThat(epoch(silent)).isEqualTo(2);
            assertThat(epoch(alive)).isEqualTo(1);
            assertThat(reserved(silent)).isZero();
            for (var actor : durable) {
                assertThat(losses(actor)).isEqualTo(1);
            }
            assertThat(silent.heartbeat(1)).isEqualTo(new Heartbeat.Answer.Fenced(2));
            hearts.shutdownNow();
        }
    }

    @Test
    void a_lost_agent_that_comes_back_is_a_new_one_and_gets_actors_again() {
        try (var controlPlane = TestControlPlane.start(database, SHORT)) {
            var api = controlPlane.api();
            api.build("lost.tar", "{\"name\": \"lost\"}");
            var silent = controlPlane.agent("back", 2000, 1024);
            await().atMost(SOON).until(() -> epoch(silent) == 2);

            var back = controlPlane.agent(silent.id, "back", 2000, 1024);
            assertThat(back.epoch()).isEqualTo(3);
            var actor = api.actor("{\"tags\": {}, \"build_tags\": {\"name\": \"lost\"}, \"region\": \"back\"}");

            assertThat(back.awaitRun(actor, 1).generation()).isEqualTo(1);
        }
    }

    @Test
    void an_agent_that_hears_no_answer_is_granted_nothing_after_a_while_and_is_lost() {
        try (var controlPlane = TestControlPlane.start(database, SHORT);
                var hearts = Executors.newSingleThreadScheduledExecutor()) {
            var deaf = controlPlane.agent("deaf", 2000, 1024);
            var nonces = new AtomicLong();
            var _ = hearts.scheduleAtFixedRate(
                    () -> deaf.heartbeat(new Heartbeat(deaf.id, 1, nonces.incrementAndGet(), 0L, null)),
                    0,
                    100,
                    TimeUnit.MILLISECONDS);

            await().atMost(SOON).until(() -> epoch(deaf) == 2);

            var back = controlPlane.agent(deaf.id, "deaf", 2000, 1024);
            assertThat(back.heartbeat(new Heartbeat(deaf.id, back.epoch(), nonces.incrementAndGet(), 0L, null)))
                    .isInstanceOf(Heartbeat.Answer.Grant.class);
            hearts.shutdownNow();
        }
    }

    @Test
    void an_agent_that_hears_an_answer_now_and_then_is_granted_its_lease() {
        try (var controlPlane = TestControlPlane.start(database, SHORT)) {
            var agent = controlPlane.agent("hard-of-hearing", 2000, 1024);

            // For longer than two fences, which are 400 ms each; of three answers two are lost.
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            for (long nonce = 1; System.nanoTime() - end < 0; nonce++) {
                var heard = Math.max(0, (nonce - 1) / 3 * 3);
                assertThat(agent.heartbeat(new Heartbeat(agent.id, 1, nonce, heard, null)))
                        .isInstanceOf(Heartbeat.Answer.Grant.class);
            }
        }
    }

    @Test
    void when_all_fall_silent_at_once_nobody_is_replaced_yet_and_that_is_said() {
        try (var controlPlane = TestControlPlane.start(database, SHORT)) {
            var api = controlPlane.api();
            api.build("lost.tar", "{\"name\": \"lost\"}");
            var first = controlPlane.agent("mass", 2000, 1024);
            var second = controlPlane.agent("mass", 2000, 1024);
            var actor = api.actor("{\"tags\": {}, \"build_tags\": {\"name\": \"lost\"}, \"region\": \"mass\"}");

            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(api.get("/actors/%s/explain".formatted(actor))
                                    .body()
                                    .toString())
                            .containsPattern("silent for [5-9] s.*replacing waits"));

            assertThat(epoch(first)).isEqualTo(1);
            assertThat(epoch(second)).isEqualTo(1);
            assertThat(api.state(actor)).isEqualTo("starting");
        }
    }

    private static ActorId create(Api api, boolean durable) {
        return api.actor("""
                {"tags": {}, "build_tags": {"name": "lost"}, "region": "lost", "lifecycle": {"durable": %s}}""".formatted(durable));
    }

    private long epoch(SimulatedAgent agent) {
        return number("select epoch from agent where id = :id", agent.id.value());
    }

    private long reserved(SimulatedAgent agent) {
        return number("select reserved_memory_mib from agent where id = :id", agent.id.value());
    }

    private long losses(ActorId actor) {
        return number(
                "select count(*) from actor_event where actor_id = :id and reason = 'agent_lost' and asked_by = 'loop:replace-lost'",
                actor.value());
    }

    private long number(String sql, Object id) {
        return database.jdbc().sql(sql).param("id", id).query(Long.class).single();
    }
}
