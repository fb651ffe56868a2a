package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** kill -9 of everything at once, and the same data again. */
class KilledDevServerTest {

    @TempDir
    Path work;

    @Test
    void nothing_acknowledged_is_lost_and_actors_go_on_as_if_nothing_had_happened() throws Exception {
        var data = work.resolve("data");
        var killed = RunningDevServer.start(data);
        killed.deployExample("counter", work);
        var durable = create(killed, true);
        var fleeting = create(killed, false);
        killed.awaitState(durable, "running");
        killed.awaitState(fleeting, "running");
        killed.get(RunningDevServer.url(killed.actor(durable), "http"));
        var processes = new AgentProcesses(data);
        var old = processes.listening();
        assertThat(old).as("one process for each actor").hasSize(2);
        var postgres = Long.parseLong(
                Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).getFirst());

        killed.kill();

        try (var again = RunningDevServer.start(data)) {
            again.awaitState(durable, "running");
            again.awaitState(fleeting, "running");
            assertThat(processes.listening()).isEqualTo(old);
            var reply = again.get(RunningDevServer.url(again.actor(durable), "http"));
            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.body()).contains("\"count\":2");
            assertThat(again.rivet(work.resolve("counter"), "deploy").exitCode())
                    .isZero();
            assertThat(isAlive(postgres)).isFalse();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> processes.all().isEmpty());
    }

    @Test
    void a_second_server_on_the_same_data_is_refused_and_harms_nothing() throws Exception {
        var data = work.resolve("data");
        try (var first = RunningDevServer.start(data)) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> RunningDevServer.start(data))
                    .hasMessageContaining("in use by another dev server");

            assertThat(first.send("GET", "/regions", null).statusCode()).isEqualTo(200);
        }
    }

    private static JsonNode create(RunningDevServer server, boolean durable) throws Exception {
        return server.create("""
                {"tags": {"durable": "%1$b"}, "build_tags": {"name": "counter", "current": "true"},
                 "lifecycle": {"durable": %1$b}, "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(durable));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
