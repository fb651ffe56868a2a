package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** What an actor remembers, whatever dies. */
class KvStoryTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    static final String ACTOR = """
            {"tags": {}, "key": "the-one", "build_tags": {"name": "remembering", "current": "true"},
             "lifecycle": {"durable": true},
             "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""";

    @TempDir
    Path work;

    @Test
    void count_outlives_the_process_the_version_the_agent_and_the_database_and_ends_with_the_actor() throws Exception {
        var data = work.resolve("data");
        var server = RunningDevServer.start(data);
        deploy(server, "1");
        var actor = create(server);
        assertThat(count(server, actor).path("count").asInt()).isEqualTo(1);

        var processes = new AgentProcesses(data);
        ProcessHandle.of(only(processes.listening())).orElseThrow().destroyForcibly();
        await().atMost(LONG).until(() -> generation(server, actor) == 2);
        var third = count(server, actor).path("count").asInt();
        assertThat(third).isGreaterThan(1);

        deploy(server, "2");
        assertThat(server.rivet(work, "actor", "upgrade", RunningDevServer.id(actor), "--wait")
                        .exitCode())
                .isZero();
        var upgraded = count(server, actor);
        assertThat(upgraded.path("version").asString()).isEqualTo("2");
        assertThat(upgraded.path("count").asInt()).isEqualTo(third + 1);

        var living = only(processes.listening());
        server.kill();
        try (var again = RunningDevServer.start(data)) {
            again.awaitState(actor, "running");
            var after = count(again, actor);
            assertThat(after.path("count").asInt()).isEqualTo(third + 2);
            assertThat(only(processes.listening())).as("the process lives on").isEqualTo(living);

            again.destroy(actor);
            again.awaitState(actor, "destroyed");
            var successor = create(again);
            assertThat(count(again, successor).path("count").asInt()).isEqualTo(1);
            again.destroy(successor);
        }
    }

    @Test
    void each_method_does_what_it_says() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"))) {
            deploy(server, "1");
            var actor = create(server);

            var reply = server.get(RunningDevServer.url(actor, "http").replaceAll("/?$", "/methods"));

            assertThat(reply.body()).isEqualTo("{\"ok\":true}");
            server.destroy(actor);
        }
    }

    @Test
    void what_an_operator_mends_while_it_sleeps_it_finds_when_it_wakes() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"))) {
            deploy(server, "1");
            var actor = create(server);
            var id = RunningDevServer.id(actor);
            count(server, actor);
            assertThat(server.rivet(work, "actor", "kv", "put", id, "count", "--counter", "41")
                            .errors())
                    .contains("KV_IN_USE", "actor sleep %s --wait".formatted(id));

            assertThat(server.rivet(work, "actor", "sleep", id, "--wait").output())
                    .contains("is sleeping");
            assertThat(server.rivet(work, "actor", "kv", "get", id, "count").output())
                    .isEqualTo("1\n");
            var put = server.rivet(work, "actor", "kv", "put", id, "count", "--counter", "41");
            assertThat(put.exitCode()).as(put.errors()).isZero();
            server.rivet(work, "actor", "kv", "put", id, "{\"raw\":\"Zm9v\"}", "as from another language");
            var shown =
                    Wire.JSON.readTree(server.rivet(work, "actor", "kv", "export", id, "--prefix", "{\"raw\":\"Zg==\"}")
                            .output());
            var foreign = shown.path("key").toString();
            assertThat(foreign).isEqualTo("{\"raw\":\"Zm9v\"}");
            assertThat(server.rivet(work, "actor", "kv", "get", id, foreign).output())
                    .isEqualTo("\"as from another language\"\n");
            server.rivet(work, "actor", "kv", "delete", id, foreign);
            assertThat(server.rivet(work, "actor", "kv", "list", id).output())
                    .contains("[\"count\"]")
                    .doesNotContain("raw");

            assertThat(count(server, actor).path("count").asInt()).isEqualTo(42);
            assertThat(server.rivet(work, "audit").output()).contains("PUT /actors/" + id + "/kv/entry");
            server.destroy(actor);
        }
    }

    /** 0: it does not say. */
    private static long generation(RunningDevServer server, JsonNode actor) throws Exception {
        var reply = server.get(RunningDevServer.url(actor, "http"));
        return reply.statusCode() == 200
                ? Wire.JSON.readTree(reply.body()).path("generation").asLong()
                : 0;
    }

    private static long only(Set<Long> processes) {
        assertThat(processes).hasSize(1);
        return processes.iterator().next();
    }

    private static JsonNode count(RunningDevServer server, JsonNode actor) throws Exception {
        var now = server.actor(actor); // where it is reached is told anew by another proxy
        var reply = server.get(RunningDevServer.url(now, "http"));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body());
    }

    private void deploy(RunningDevServer server, String version) throws Exception {
        deploy(server.api(), work, version);
    }

    static void deploy(URI api, Path work, String version) throws Exception {
        Files.writeString(work.resolve("remembering.js"), script().replace("VERSION", version));
        Files.writeString(
                work.resolve("rivet.json"), "{\"actors\": {\"remembering\": {\"script\": \"remembering.js\"}}}");
        var ran = RunningDevServer.rivet(api, work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    private static JsonNode create(RunningDevServer server) throws Exception {
        return server.create(ACTOR);
    }

    private static String script() throws IOException {
        try (var in = Objects.requireNonNull(KvStoryTest.class.getResourceAsStream("remembering.js"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
