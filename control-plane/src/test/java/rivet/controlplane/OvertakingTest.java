package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;

/** Room appears and the loop looks away, so that what is created then meets a queue that could be served. */
@ControlPlaneTest("rivet.loops.interval=1h")
class OvertakingTest {

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    OvertakingTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @Test
    void a_create_does_not_overtake_one_that_waits_for_no_more() {
        api.executable("sized.tar", "{\"name\": \"sized\"}");
        var agent = controlPlane.agent("local", 0, 0);
        var first = create(100, 64);
        var large = create(1000, 640);
        database.jdbc()
                .sql("update agent set cpu_millicores = 150, memory_mib = 96 where id = :id")
                .param("id", agent.id.value())
                .update();

        var second = create(100, 64);
        var larger = create(101, 64);
        var small = create(50, 32);

        assertThat(api.state(first)).isEqualTo("pending (no_capacity)");
        assertThat(api.state(large)).isEqualTo("pending (no_capacity)");
        assertThat(api.state(second)).isEqualTo("pending (no_capacity)");
        assertThat(api.state(larger)).isEqualTo("pending (no_capacity)");
        assertThat(api.state(small)).isEqualTo("starting");
    }

    private ActorId create(int cpu, int memory) {
        return api.actor("""
                {"tags": {}, "build_tags": {"name": "sized"}, "resources": {"cpu": %d, "memory": %d}}""".formatted(cpu, memory));
    }
}
