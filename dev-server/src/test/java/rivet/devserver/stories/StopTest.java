package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What destroying an actor leaves: its work done where it asked for the time, and nothing in the process table. */
class StopTest {

    @TempDir
    static Path work;

    static RunningDevServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void an_actor_that_handles_the_signal_finishes_its_work() throws Exception {
        server.deployExample("graceful", work);
        var actor = create("graceful", 10_000);
        server.awaitState(actor, "running");
        server.get(RunningDevServer.url(actor, "http"));
        var processes = new AgentProcesses(work.resolve("data"));
        var running = processes.listening();
        assertThat(running).as("the actor's process").hasSize(1);

        server.destroy(actor);
        server.awaitState(actor, "destroyed");

        await().atMost(Duration.ofSeconds(10)).until(() -> logsOf(actor).contains("finished"));
        assertThat(server.actor(actor).get("reason").stringValue()).isEqualTo("destroy_requested");
        assertThat(processes.all()).doesNotContainAnyElementsOf(running);
    }

    @Test
    void an_actor_that_ignores_the_signal_is_gone_with_its_daemon_when_the_grace_ends() throws Exception {
        server.deployExample("stubborn", work);
        var actor = create("stubborn", 1_000);
        server.awaitState(actor, "running");
        await().atMost(Duration.ofSeconds(10)).until(() -> processesOf(actor).size() >= 2);

        server.destroy(actor);
        server.awaitState(actor, "destroyed");

        assertThat(processesOf(actor)).isEmpty();
    }

    private static JsonNode create(String name, int killTimeout) throws Exception {
        var ports = name.equals("graceful") ? "\"http\": {\"protocol\": \"http\"}" : "";
        return server.create("""
                {"tags": {}, "build_tags": {"name": "%s", "current": "true"}, "lifecycle": {"kill_timeout": %d},
                 "network": {"ports": {%s}}}""".formatted(name, killTimeout, ports));
    }

    private static String logsOf(JsonNode actor) throws Exception {
        return server.rivet(work, "actor", "logs", RunningDevServer.id(actor)).output();
    }

    /** Every process that was started for an actor which is a program of its own, however far it has moved away. */
    private static List<Long> processesOf(JsonNode actor) {
        var marker = "RIVET_ACTOR_ID=" + RunningDevServer.id(actor);
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> AgentProcesses.environmentOf(pid).contains(marker))
                .toList();
    }
}
