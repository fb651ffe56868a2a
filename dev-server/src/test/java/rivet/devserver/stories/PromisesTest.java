package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/**
 * What the documentation of version 25.5 promised and its server did not do; the table is in {@code docs/reference/promises.md}.
 */
@ExtendWith(SharedDevServer.class)
class PromisesTest {

    private static final String ANSWERING = """
            console.log(Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith("PORT_")).map(([name]) => name).join());
            const port = Number(Object.entries(Deno.env.toObject()).find(([name]) => name.startsWith("PORT_"))[1]);
            const serve = (signal) => Deno.serve({ port, signal, onListen() {} }, () => new Response("%s")).finished;
            """;

    private static final String CURRENT = ", \"current\": \"true\"";

    @TempDir
    Path folder = Path.of("");

    private final RunningDevServer server;

    PromisesTest(SharedDevServer.Running running) {
        this.server = running.server();
    }

    @Test
    @DisplayName("The build that is picked is the latest one with the given tags")
    void latest_build() throws Exception {
        deploy("latest", ANSWERING.formatted("older") + "export default { async start() { await serve(); } };");
        deploy("latest", ANSWERING.formatted("newer") + "export default { async start() { await serve(); } };");

        var actor = create("latest", "http", CURRENT);
        var anyVersion = create("latest", "http", "");

        assertThat(server.get(RunningDevServer.url(actor, "http")).body()).isEqualTo("newer");
        assertThat(server.get(RunningDevServer.url(anyVersion, "http")).body()).isEqualTo("newer");
        end(actor);
        end(anyVersion);
    }

    @Test
    @DisplayName("Destroying sends a termination signal, then gives a short grace, which ends when the process does")
    void grace() throws Exception {
        deploy("leaving", ANSWERING.formatted("") + """
                export default { async start(ctx) {
                  const told = new AbortController();
                  ctx.signal.addEventListener("abort", () => { console.log("last words"); told.abort(); });
                  await serve(told.signal);
                } };
                """);
        var actor = create("leaving", "http", CURRENT);
        assertThat(actor(actor).at("/lifecycle/kill_timeout").asInt())
                .as("the default grace, ms")
                .isEqualTo(5000);

        server.destroy(actor);
        server.awaitState(actor, "destroyed");

        assertThat(logs(actor)).contains("last words");
        var ended = events(actor);
        assertThat(ended).contains("\"exit_code\":0").doesNotContain("killed");
    }

    @Test
    @DisplayName("A port that is called hello-world is PORT_HELLO_WORLD, and its URL leads to it")
    void port_names() throws Exception {
        deploy("ports", ANSWERING.formatted("hello") + "export default { async start() { await serve(); } };");

        var actor = create("ports", "hello-world", CURRENT);

        assertThat(server.get(RunningDevServer.url(actor, "hello-world")).body())
                .isEqualTo("hello");
        await().atMost(Duration.ofSeconds(20)).until(() -> logs(actor).contains("PORT_HELLO_WORLD"));
        end(actor);
    }

    @Test
    @DisplayName("A class with static async start works")
    void static_start() throws Exception {
        deploy(
                "classy",
                ANSWERING.formatted("from a class")
                        + "export default class { static async start() { await serve(); } }");

        var actor = create("classy", "http", CURRENT);

        assertThat(server.get(RunningDevServer.url(actor, "http")).body()).isEqualTo("from a class");
        end(actor);
    }

    @Test
    @DisplayName("What a destroyed actor used is counted until its destruction began")
    void usage_ends_when_destruction_begins() throws Exception {
        deploy("counted", ANSWERING.formatted("") + """
                export default { async start(ctx) {
                  await new Promise((told) => ctx.signal.addEventListener("abort", told));
                  await new Promise((later) => setTimeout(later, 700));
                } };
                """);
        var actor = create("counted", null, CURRENT);

        server.destroy(actor);
        server.awaitState(actor, "destroyed");

        long began = time(actor(actor), "started_at");
        long told = time(actor(actor), "destroyed_at");
        var usage = usage(actor, began, told + 60_000);
        assertThat(usage).as("seconds").isEqualTo((told - began) / 1000.0);
    }

    private double usage(JsonNode actor, long start, long end) throws Exception {
        var query =
                "{\"string_equal\":{\"property\":\"actor_id\",\"value\":\"%s\"}}".formatted(RunningDevServer.id(actor));
        var reply = Wire.JSON.readTree(server.send(
                        "GET",
                        "/actors/usage?start=%d&end=%d&interval=%d&query_json=%s"
                                .formatted(start, end, end - start, URLEncoder.encode(query, StandardCharsets.UTF_8)),
                        null)
                .body());
        for (int i = 0; i < reply.path("metric_names").size(); i++) {
            if (reply.path("metric_names").get(i).asString().equals("total_runtime_seconds")) {
                return reply.path("metric_values").get(i).get(0).asDouble();
            }
        }
        throw new AssertionError(reply.toString());
    }

    private static long time(JsonNode actor, String field) {
        return Instant.parse(actor.get(field).asString()).toEpochMilli();
    }

    private void deploy(String name, String source) throws Exception {
        Files.writeString(folder.resolve(name + ".js"), source);
        Files.writeString(
                folder.resolve("rivet.json"),
                Wire.JSON.writeValueAsString(Map.of("actors", Map.of(name, Map.of("script", name + ".js")))));
        var ran = server.rivet(folder, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    private JsonNode create(String name, @Nullable String port, String tags) throws Exception {
        var ports = port == null ? "{}" : "{\"%s\": {\"protocol\": \"http\"}}".formatted(port);
        return server.create("""
                {"tags": {}, "build_tags": {"name": "%s"%s}, "network": {"wait_ready": true, "ports": %s}}""".formatted(name, tags, ports));
    }

    private JsonNode actor(JsonNode actor) throws Exception {
        return server.actor(actor);
    }

    private String events(JsonNode actor) throws Exception {
        return server.send("GET", "/actors/" + RunningDevServer.id(actor) + "/events", null)
                .body();
    }

    private String logs(JsonNode actor) throws Exception {
        var lines = Wire.JSON.readTree(server.send(
                        "GET",
                        "/actors/logs?actor_ids_json="
                                + URLEncoder.encode("[\"" + RunningDevServer.id(actor) + "\"]", StandardCharsets.UTF_8),
                        null)
                .body());
        var text = new StringBuilder();
        for (var line : lines.path("lines")) {
            text.append(new String(Base64.getDecoder().decode(line.asString()), StandardCharsets.UTF_8))
                    .append('\n');
        }
        return text.toString();
    }

    private void end(JsonNode actor) throws Exception {
        server.send("DELETE", "/actors/" + RunningDevServer.id(actor) + "?override_kill_timeout=0", null);
    }
}
