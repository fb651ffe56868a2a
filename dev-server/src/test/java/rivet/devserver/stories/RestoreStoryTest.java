package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** An actor is taken back to what it was, and to what it was before that, with what it remembers and with its files. */
class RestoreStoryTest {

    @TempDir
    Path work;

    @Test
    void an_actor_that_runs_goes_back_to_a_checkpoint_and_forth_again() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"))) {
            deploy(server);
            var actor = create(server, ", \"storage\": {\"dir\": {\"quota_bytes\": 1048576}}");
            var id = RunningDevServer.id(actor);
            ask(server, actor, "write");
            ask(server, actor, "write");
            assertThat(ask(server, actor, "checkpoint")).isEqualTo("{\"number\":1}");
            assertThat(ask(server, actor, "write")).isEqualTo("{\"count\":3,\"lines\":3}");

            assertThat(server.rivet(work, "actor", "checkpoint", "restore", id, "1", "--yes")
                            .errors())
                    .contains("ACTOR_NOT_ASLEEP", "--sleep");
            var restored = server.rivet(work, "actor", "checkpoint", "restore", id, "1", "--sleep", "--yes", "--json");

            assertThat(restored.exitCode()).as(restored.errors()).isZero();
            long undo = Wire.JSON.readTree(restored.output()).path("undo").asLong();
            assertThat(ask(server, actor, "")).isEqualTo("{\"count\":2,\"lines\":2}");
            ask(server, actor, "write");
            assertThat(ask(server, actor, "write")).isEqualTo("{\"count\":4,\"lines\":4}");

            var undone =
                    server.rivet(work, "actor", "checkpoint", "restore", id, Long.toString(undo), "--sleep", "--yes");

            assertThat(undone.exitCode()).as(undone.errors()).isZero();
            assertThat(undone.output()).contains(", and runs\n");
            assertThat(ask(server, actor, "")).isEqualTo("{\"count\":3,\"lines\":3}");
            assertThat(server.rivet(work, "actor", "checkpoint", "list", id).output())
                    .contains("asked", "stopped", "before_restore (1)", "restored (1)", "1 entries");
            assertThat(server.rivet(work, "actor", "events", id).output()).contains("restored");
            assertThat(server.rivet(work, "audit").output()).contains("/checkpoints/1/restore");
            server.destroy(actor);
        }
    }

    @Test
    void an_actor_without_a_directory_has_what_it_remembers_kept() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"))) {
            deploy(server);
            var actor = create(server, "");
            var id = RunningDevServer.id(actor);
            ask(server, actor, "write");
            assertThat(ask(server, actor, "checkpoint")).isEqualTo("{\"number\":1}");
            ask(server, actor, "write");
            assertThat(server.rivet(work, "actor", "checkpoint", "create", id).output())
                    .startsWith("checkpoint 2, with its store\n");
            server.rivet(work, "actor", "sleep", id);
            server.awaitState(actor, "sleeping");

            var restored = server.rivet(work, "actor", "checkpoint", "restore", id, "1", "--yes");

            assertThat(restored.exitCode()).as(restored.errors()).isZero();
            assertThat(restored.output()).contains("it still sleeps");
            assertThat(ask(server, actor, "")).isEqualTo("{\"count\":1,\"lines\":0}");
            server.destroy(actor);
        }
    }

    private static String ask(RunningDevServer server, JsonNode actor, String what) throws Exception {
        var reply = server.get(RunningDevServer.url(actor, "http").replaceAll("/?$", "/" + what));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }

    private void deploy(RunningDevServer server) throws Exception {
        Files.writeString(work.resolve("keeping.js"), script());
        Files.writeString(work.resolve("rivet.json"), "{\"actors\": {\"keeping\": {\"script\": \"keeping.js\"}}}");
        var ran = server.rivet(work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    private static JsonNode create(RunningDevServer server, String storage) throws Exception {
        return server.create("""
                {"tags": {}, "build_tags": {"name": "keeping", "current": "true"}, "lifecycle": {"durable": true},
                 "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}%s}""".formatted(storage));
    }

    private static String script() throws IOException {
        try (var in = Objects.requireNonNull(RestoreStoryTest.class.getResourceAsStream("keeping.js"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
