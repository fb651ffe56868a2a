package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An actor that nobody uses falls asleep by itself, and one that has nothing to do can. */
class IdleStoryTest {

    private static final String SCRIPT = """
            export default {
              async start(ctx) {
                await Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, async (request) => {
                  if (request.headers.get("upgrade") === "websocket") {
                    return Deno.upgradeWebSocket(request).response;
                  }
                  if (new URL(request.url).pathname.endsWith("/sleep")) {
                    await ctx.sleep();
                    return new Response("good night");
                  }
                  return new Response(String(ctx.metadata.actor.generation));
                }).finished;
              },
            };
            """;

    @TempDir
    static Path work;

    static RunningDevServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
        Files.writeString(work.resolve("idle.js"), SCRIPT);
        Files.writeString(work.resolve("rivet.json"), "{\"actors\": {\"idle\": {\"script\": \"idle.js\"}}}");
        var ran = server.rivet(work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void it_sleeps_when_the_last_connection_is_gone_for_long_enough() throws Exception {
        var actor = create(", \"idle_timeout\": 1000");
        var client = server.http
                .newWebSocketBuilder()
                .buildAsync(URI.create(url(actor).replaceFirst("http", "ws")), new WebSocket.Listener() {})
                .get(10, TimeUnit.SECONDS);

        await("it stays awake for who is connected")
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> server.stateOf(actor).equals("running"));
        client.abort();

        server.awaitState(actor, "sleeping");
        assertThat(server.actor(actor).get("reason").stringValue()).isEqualTo("idle");
        assertThat(server.get(url(actor)).body()).isEqualTo("2");
        server.awaitState(actor, "sleeping");
        server.destroy(actor);
    }

    @Test
    void it_sleeps_when_it_asks_to() throws Exception {
        var actor = create("");

        assertThat(server.get(url(actor) + "sleep").body()).isEqualTo("good night");

        server.awaitState(actor, "sleeping");
        assertThat(server.actor(actor).get("reason").stringValue()).isEqualTo("asked_by_actor");
        assertThat(server.get(url(actor)).body()).isEqualTo("2");
        server.destroy(actor);
    }

    private static JsonNode create(String lifecycle) throws Exception {
        return server.create("""
                {"tags": {}, "build_tags": {"name": "idle", "current": "true"}, "lifecycle": {"durable": true%s},
                 "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(lifecycle));
    }

    private static String url(JsonNode actor) {
        return RunningDevServer.url(actor, "http").replaceAll("/?$", "/");
    }
}
