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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

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

            failOver("standby", postgres, controlPlane, id, processes);
            failOver("another", postgres, controlPlane, id, processes);

            assertThat(Files.readString(log)).contains("Postgres is another one than before");
        }
    }

    /** Returns when a generation that no Postgres before can have given runs, alone. */
    private static void failOver(
            String standby,
            StoppablePostgres postgres,
            ControlPlaneProcess controlPlane,
            String id,
            AgentProcesses processes)
            throws Exception {
        long era = generation(controlPlane, id) >> ERA_BITS;
        var old = processes.listening();
        postgres.failOver(standby);
        // What the standby knew comes first, and starts of before may follow.
        await().atMost(SOON).until(() -> generation(controlPlane, id) >> ERA_BITS > era);
        await().atMost(SOON).until(() -> {
            var now = processes.listening();
            return now.size() == 1 && !old.containsAll(now);
        });
        controlPlane.awaitRunning(id);
    }

    @Test
    void start_that_was_told_of_writes_which_the_standby_has_not_heard_of_is_told_that_and_the_next_one_goes_on()
            throws Exception {
        var data = work.resolve("data");
        try (var database = EmbeddedPostgres.builder().setDataDirectory(data).start();
                var postgres = new StoppablePostgres(data);
                var controlPlane = ControlPlaneProcess.start(work.resolve("control-plane.log"), database);
                var _ = Agent.start(ControlPlaneProcess.agent(work.resolve("agent"), controlPlane))) {
            KvStoryTest.deploy(controlPlane.api(), work, "1");
            var created = controlPlane.send("POST", "/actors", KvStoryTest.ACTOR);
            assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
            var id = RunningDevServer.id(ControlPlaneProcess.actor(created));
            controlPlane.awaitRunning(id);
            assertThat(said(controlPlane, id).path("count").asInt()).isEqualTo(1);
            postgres.stop();
            postgres.copy("standby");
            postgres.start();
            await().atMost(SOON)
                    .until(() -> said(controlPlane, id).path("count").asInt() > 5);
            var told = new AgentProcesses(work).listening();

            postgres.failOver("standby");

            await().atMost(SOON)
                    .until(() ->
                            said(controlPlane, id).path("code").asString("").equals("state_lost"));
            assertThat(new AgentProcesses(work).listening()).isEqualTo(told);
            ProcessHandle.of(told.iterator().next()).orElseThrow().destroyForcibly();
            var next = await().atMost(SOON)
                    .until(
                            () -> said(controlPlane, id),
                            said -> said.path("count").asInt() > 0);
            assertThat(next.path("count").asInt()).isBetween(2, 5);
            assertThat(next.path("generation").asLong() >> ERA_BITS).isPositive();
        }
    }

    /** What the actor answers; nothing where it cannot be asked. */
    private static JsonNode said(ControlPlaneProcess controlPlane, String id) throws Exception {
        var actor = controlPlane.send("GET", "/actors/" + id, "");
        if (actor.statusCode() != 200) {
            return MissingNode.getInstance();
        }
        var answer = controlPlane.send("GET", RunningDevServer.url(ControlPlaneProcess.actor(actor), "http"), "");
        return answer.body().startsWith("{") ? Wire.JSON.readTree(answer.body()) : MissingNode.getInstance();
    }

    /** 0: the database is away. */
    private static long generation(ControlPlaneProcess controlPlane, String id) throws Exception {
        var answer = controlPlane.send("GET", "/actors/" + id + "/explain", "");
        return answer.statusCode() == 200
                ? Wire.JSON.readTree(answer.body()).path("generation").asLong()
                : 0;
    }
}
