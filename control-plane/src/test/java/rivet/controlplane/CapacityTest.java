package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** An agent is never given more than it has room for, and what waits is placed as soon as there is room. */
@ControlPlaneTest
class CapacityTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int ROOM = 20;
    private static final int ASKED = 50;

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    CapacityTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.executable("sized.tar", "{\"name\": \"sized\"}");
    }

    @Test
    void fifty_at_once_on_an_agent_with_room_for_twenty() throws Exception {
        var agent = controlPlane.agent("crowd", ROOM * 100, ROOM * 64);

        var actors = atOnce(ASKED, () -> create("crowd", 100, 64));

        assertThat(states(actors)).isEqualTo("starting: 20, pending no_capacity: 30");
        assertThat(reserved(agent)).isEqualTo("2000 1280");

        var first = in(actors, "starting");
        atOnce(first, actor -> {
            Api.require(api.delete("/actors/" + actor));
            agent.down(actor, agent.awaitStop(actor).generation(), DownReason.STOPPED, 0);
            return actor;
        });
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(states(actors))
                        .isEqualTo("starting: 20, pending no_capacity: 10, destroyed destroy_requested: 20"));
        assertThat(reserved(agent)).isEqualTo("2000 1280");

        // Some are destroyed while they wait, some while they start: nothing is given back twice.
        atOnce(actors, actor -> Api.require(api.delete("/actors/" + actor)));
        for (var actor : in(actors, "stopping")) {
            agent.down(actor, 1, DownReason.STOPPED, 0);
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(states(actors)).isEqualTo("destroyed destroy_requested: 50"));
        assertThat(reserved(agent)).isEqualTo("0 0");
    }

    @ParameterizedTest
    @CsvSource({"scarce-cpu, 150, 1000", "scarce-memory, 1000, 100"})
    void whichever_is_scarce_decides(String region, int millicores, int mib) {
        var agent = controlPlane.agent(region, millicores, mib);
        var first = create(region, 100, 64);
        var second = create(region, 100, 64);

        assertThat(api.state(first)).isEqualTo("starting");
        assertThat(api.state(second)).isEqualTo("pending (no_capacity)");
        assertThat(reserved(agent)).isEqualTo("100 64");
    }

    @Test
    void the_longest_waiting_is_placed_first() {
        var agent = controlPlane.agent("queue", 100, 64);
        var first = create("queue", 100, 64);
        var second = create("queue", 100, 64);
        var third = create("queue", 100, 64);

        agent.down(first, agent.awaitRun(first, 1).generation(), DownReason.EXITED, 0);

        agent.awaitRun(second, 1);
        assertThat(api.state(third)).isEqualTo("pending (no_capacity)");
    }

    @Test
    void a_small_one_does_not_wait_behind_large_ones() {
        var agent = controlPlane.agent("mixed", 100, 64);
        var holder = create("mixed", 100, 64);
        var larges =
                IntStream.range(0, 3).mapToObj(_ -> create("mixed", 200, 64)).toList();
        var small = create("mixed", 50, 32);

        agent.down(holder, agent.awaitRun(holder, 1).generation(), DownReason.EXITED, 0);

        agent.awaitRun(small, 1);
        assertThat(states(larges)).isEqualTo("pending no_capacity: 3");
    }

    @Test
    void a_small_one_does_not_wait_behind_more_large_ones_than_a_pass_looks_at() {
        var agent = controlPlane.agent("masses", 100, 64);
        var holder = create("masses", 100, 64);
        multiply(create("masses", 200, 64), 250);
        var small = create("masses", 50, 32);

        agent.down(holder, agent.awaitRun(holder, 1).generation(), DownReason.EXITED, 0);

        agent.awaitRun(small, 1);
    }

    /** As many more like this one, which differ in nothing but their names. */
    private void multiply(ActorId actor, int times) {
        database.jdbc()
                .sql("""
                        insert into actor (id, environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib,
                            state, generation, version, created_at)
                        select gen_random_uuid(), environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib,
                            state, generation, version, created_at
                        from actor, generate_series(1, :times) where id = :actor
                        """)
                .param("actor", actor.value())
                .param("times", times)
                .update();
    }

    @Test
    void what_waits_for_an_agent_is_placed_when_one_joins() {
        database.jdbc()
                .sql("insert into region (id, name) values ('empty', 'empty')")
                .update();
        var actor = create("empty", 100, 64);
        assertThat(api.state(actor)).isEqualTo("pending (no_agents_in_region)");

        controlPlane.agent("empty", 100, 64).awaitRun(actor, 1);

        assertThat(api.state(actor)).isEqualTo("starting");
    }

    @Test
    void an_agent_that_was_not_heard_of_for_too_long_gets_nothing_new() {
        var agent = controlPlane.agent("silent", 100, 64);
        database.jdbc()
                .sql("update agent set lease_at = lease_at - interval '2 hours' where id = :id")
                .param("id", agent.id.value())
                .update();

        var actor = create("silent", 100, 64);
        assertThat(api.state(actor)).isEqualTo("pending (no_agents_in_region)");

        agent.heartbeat(agent.epoch());
        agent.awaitRun(actor, 1);
    }

    @Test
    void load_spreads_over_the_agents_of_a_region() {
        var one = controlPlane.agent("spread", 1000, 1024);
        var two = controlPlane.agent("spread", 1000, 1024);

        for (int i = 0; i < 6; i++) {
            create("spread", 100, 64);
        }

        assertThat(reserved(one)).isEqualTo("300 192");
        assertThat(reserved(two)).isEqualTo("300 192");
    }

    private ActorId create(String region, int cpu, int memory) {
        return api.actor("""
                {"tags": {}, "build_tags": {"name": "sized"}, "region": "%s", "resources": {"cpu": %d, "memory": %d}}""".formatted(region, cpu, memory));
    }

    private String reserved(SimulatedAgent agent) {
        return database.jdbc()
                .sql("select reserved_cpu_millicores || ' ' || reserved_memory_mib from agent where id = :id")
                .param("id", agent.id.value())
                .query((row, _) -> row.getString(1))
                .single();
    }

    /** How many are in which state and why, such as {@code starting: 2, pending no_capacity: 1}. */
    private String states(List<ActorId> actors) {
        return database.jdbc().sql("""
                        select status || coalesce(' ' || (state ->> 'reason'), '') || ': ' || count(*)
                        from actor where id = any (cast(:ids as uuid[]))
                        group by status, state ->> 'reason'
                        order by array_position(array['starting', 'stopping', 'pending', 'destroyed'], status)
                        """).param("ids", ids(actors)).query((row, _) -> row.getString(1)).list().stream()
                .collect(Collectors.joining(", "));
    }

    private List<ActorId> in(List<ActorId> actors, String status) {
        return database.jdbc()
                .sql("select id::text from actor where id = any (cast(:ids as uuid[])) and status = :status")
                .param("ids", ids(actors))
                .param("status", status)
                .query((row, _) -> ActorId.parse(row.getString(1)))
                .list();
    }

    private static String ids(List<ActorId> actors) {
        return actors.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private static <T> List<T> atOnce(int times, Callable<T> work) throws Exception {
        return atOnce(Collections.nCopies(times, work), Callable::call);
    }

    private interface Work<A, T> {
        T on(A argument) throws Exception;
    }

    private static <A, T> List<T> atOnce(List<A> arguments, Work<A, T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = arguments.stream()
                    .<Callable<T>>map(argument -> () -> work.on(argument))
                    .toList();
            return threads.invokeAll(tasks).stream().map(Future::resultNow).toList();
        }
    }
}
