package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.Agent;
import rivet.protocol.Wire;

/** Standbys that had not heard everything take over from a Postgres that died. */
class FailoverTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** Of a generation: what is before them is when Postgres failed over last. */
    private static final int ERA_BITS = 20;

    @TempDir
    Path work;

    @Test
    void number_of_a_start_that_a_standby_has_not_heard_of_is_not_given_again_and_one_copy_runs() throws Exception {
        var data = work.resolve("data");
        var log = work.resolve("control-plane.log");
        try (var database = EmbeddedPostgres.builder().setDataDirectory(data).start();
                var postgres = new StoppablePostgres(data);
                var controlPlane = ControlPlaneProcess.start(log, database);
                var _ = Agent.start(ControlPlaneProcess.agent(work.resolve("agent"), controlPlane))) {
            RunningDevServer.deployExample(controlPlane.api(), "counter", work);
            var created = controlPlane.send("POST", "/actors", """
                    {"tags": {}, "build_tags": {"name": "counter", "current": "true"},
                     "lifecycle": {"durable": true}, "network": {"ports": {"http": {"protocol": "http"}}}}""");
            assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
            var id = RunningDevServer.id(ControlPlaneProcess.actor(created));
            controlPlane.awaitRunning(id);
            postgres.stop();
            postgres.copy("standby");
            postgres.copy("another");
            postgres.start();
            await().atMost(SOON).until(() -> generation(controlPlane, id) == 1);
            var processes = new AgentProcesses(work);
            var first = processes.listening();
            ProcessHandle.of(first.iterator().next()).orElseThrow().destroyForcibly();
            await().atMost(SOON)
                    .until(() -> generation(controlPlane, id) == 2
                            && processes.listening().size() == 1);
            controlPlane.awaitRunning(id);

            long promoted = failOver("standby", postgres, controlPlane, id, processes);
            long again = failOver("another", postgres, controlPlane, id, processes);

            assertThat(promoted >> ERA_BITS).isPositive();
            assertThat(again >> ERA_BITS).isGreaterThan(promoted >> ERA_BITS);
            assertThat(Files.readString(log)).contains("Postgres is another one than before");
        }
    }

    /** @return the generation that runs then, alone */
    private static long failOver(
            String standby,
            StoppablePostgres postgres,
            ControlPlaneProcess controlPlane,
            String id,
            AgentProcesses processes)
            throws Exception {
        long before = generation(controlPlane, id);
        var old = processes.listening();
        postgres.failOver(standby);
        await().atMost(SOON).until(() -> generation(controlPlane, id) > 0 && generation(controlPlane, id) != before);
        await().atMost(SOON).until(() -> {
            var now = processes.listening();
            return now.size() == 1 && !old.containsAll(now);
        });
        controlPlane.awaitRunning(id);
        return generation(controlPlane, id);
    }

    /** 0: the database is away. */
    private static long generation(ControlPlaneProcess controlPlane, String id) throws Exception {
        var answer = controlPlane.send("GET", "/actors/" + id + "/explain", "");
        return answer.statusCode() == 200
                ? Wire.JSON.readTree(answer.body()).path("generation").asLong()
                : 0;
    }
}
