package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
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

        server.destroy(actor);
        server.awaitState(actor, "destroyed");

        await().atMost(Duration.ofSeconds(10)).until(() -> logsOf(actor).contains("finished"));
        assertThat(server.actor(actor).get("reason").stringValue()).isEqualTo("destroy_requested");
        assertThat(processesOf(actor)).isEmpty();
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

    /** Every process that was started for the actor, however far it has moved away. */
    static List<Long> processesOf(JsonNode actor) {
        var marker = "RIVET_ACTOR_ID=" + RunningDevServer.id(actor);
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> environmentOf(pid).contains(marker))
                .toList();
    }

    private static String environmentOf(long pid) {
        try {
            return Files.readString(
                    Path.of("/proc/%d/environ".formatted(pid)), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}
