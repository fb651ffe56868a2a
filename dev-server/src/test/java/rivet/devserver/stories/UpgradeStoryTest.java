package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.devserver.stories.Load.Way;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** When a program is ready, how long it stays so, and what becomes of an upgrade to one that never is. */
class UpgradeStoryTest {

    /** On one machine with all who ask; more with {@code -Dupgrade.actors=100}. */
    private static final int MANY = Integer.getInteger("upgrade.actors", 20);

    /** Ready by a word of its own, and well until it is told not to be. */
    private static final String GOOD = """
            export default {
              async start(ctx) {
                const { id: actor, generation } = ctx.metadata.actor;
                let well = true;
                const server = Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, (request) => {
                  const { pathname } = new URL(request.url);
                  if (pathname === "/healthz") {
                    return new Response(null, { status: well ? 200 : 500 });
                  }
                  if (pathname === "/ill") {
                    well = false;
                  }
                  return Response.json({ actor, generation, version: "VERSION" });
                });
                if (Deno.env.get("SILENT") === undefined) {
                  await ctx.ready();
                }
                await server.finished;
              },
            };
            """;

    /** Says what it hears, over a WebSocket, and else which version it is. */
    private static final String TALKS = """
            export default {
              async start(ctx) {
                await Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, (request) => {
                  if (request.headers.get("upgrade") !== "websocket") {
                    return new Response("VERSION");
                  }
                  const { socket, response } = Deno.upgradeWebSocket(request);
                  socket.onmessage = ({ data }) => socket.send(`VERSION: ${data}`);
                  return response;
                }).finished;
              },
            };
            """;

    /** Alive, and deaf. */
    private static final String NEVER_READY = """
            export default {
              async start(ctx) {
                await new Promise(() => {});
              },
            };
            """;

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
    void upgrade_of_many_under_load_to_a_version_that_never_becomes_ready_rolls_back_and_fails_no_request()
            throws Exception {
        deploy("many", GOOD.replace("VERSION", "good"));
        var actors = new ArrayList<JsonNode>();
        for (int i = 0; i < MANY; i++) {
            actors.add(create("many", "\"durable\": false", ""));
        }
        for (var actor : actors) {
            server.awaitState(actor, "running");
        }
        try (var load = Load.through(actors.stream().map(UpgradeStoryTest::way).toArray(Way[]::new))) {
            load.awaitAnswers(actors.getLast(), 1, 5);
            deploy("many", NEVER_READY);

            assertThat(upgradeAll("many").get("count").asInt()).isEqualTo(MANY);

            for (var actor : actors) {
                load.awaitAnswers(actor, 3, 5);
            }
            assertThat(load.end()).isEmpty();
        }
        for (var actor : actors) {
            var now = server.actor(actor);
            assertThat(now.at("/upgrade/state").asString()).isEqualTo("rolled_back");
            assertThat(now.at("/upgrade/message").asString()).contains("port 'http' did not accept connections");
            assertThat(now.at("/runtime/build")).isEqualTo(now.at("/upgrade/previous_build"));
            server.destroy(actor);
        }
    }

    @Test
    void one_that_is_drained_keeps_its_connection_until_that_ends_and_who_comes_meanwhile_waits_for_the_new_build()
            throws Exception {
        deploy("drained", TALKS.replace("VERSION", "old"));
        var actor = create("drained", "", "");
        server.awaitState(actor, "running");
        try (var talk = new Talk(server.http, way(actor).url())) {
            deploy("drained", TALKS.replace("VERSION", "new"));

            upgrade(actor, "drained", "\"policy\": \"drain\", \"deadline\": 600000");
            server.awaitState(actor, "stopping");
            var late = server.http.sendAsync(
                    HttpRequest.newBuilder(way(actor).url()).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(talk.says("are you there?")).isEqualTo("old: are you there?");
            assertThat(late).isNotDone();
            talk.end();
            assertThat(late.get(30, TimeUnit.SECONDS).body()).isEqualTo("new");
        }
        server.destroy(actor);
    }

    @Test
    void one_that_is_upgraded_when_idle_serves_for_as_long_as_somebody_uses_it() throws Exception {
        deploy("idle", TALKS.replace("VERSION", "old"));
        var actor = create("idle", "\"upgrade\": {\"policy\": \"when_idle\", \"deadline\": 600000}", "");
        server.awaitState(actor, "running");
        try (var talk = new Talk(server.http, way(actor).url())) {
            deploy("idle", TALKS.replace("VERSION", "new"));

            upgrade(actor, "idle", "\"start_timeout\": 20000");

            assertThat(server.actor(actor).get("reason").asString()).isEqualTo("waits_until_idle");
            assertThat(explained(actor)).contains("which waits until it is idle since", "at most until");
            assertThat(server.get(way(actor).url().toString()).body()).isEqualTo("old");
            assertThat(talk.says("are you there?")).isEqualTo("old: are you there?");
            talk.end();
        }
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(server.actor(actor).get("reason")).isNull());
        assertThat(server.get(way(actor).url().toString()).body()).isEqualTo("new");
        server.destroy(actor);
    }

    private static void upgrade(JsonNode actor, String name, String more) throws Exception {
        var reply = server.send(
                "POST", "/actors/%s/upgrade".formatted(RunningDevServer.id(actor)), """
                {"build_tags": {"name": "%s", "current": "true"}, %s}""".formatted(name, more));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    }

    /** A WebSocket, one word at a time. */
    private static final class Talk implements AutoCloseable, WebSocket.Listener {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Talk(HttpClient http, URI url) {
            this.socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create(url.toString().replaceFirst("http", "ws")), this)
                    .join();
        }

        @Nullable
        String says(String word) throws InterruptedException {
            socket.sendText(word, true).join();
            return heard.poll(10, TimeUnit.SECONDS);
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence word, boolean last) {
            heard.add(word.toString());
            from.request(1);
            return null;
        }

        void end() {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    @Test
    void one_that_says_itself_when_it_is_ready_is_not_asked_before() throws Exception {
        deploy("word", GOOD.replace("VERSION", "good"));
        var silent =
                create("word", "\"start_timeout\": 1000, \"readiness\": {\"signal\": true}", "\"SILENT\": \"yes\"");
        var speaks = create("word", "\"readiness\": {\"signal\": true}", "");

        server.awaitState(silent, "destroyed");
        assertThat(server.actor(silent).get("reason").asString()).isEqualTo("not_ready");
        assertThat(explained(silent)).contains("it was not ready within 1000 ms: it did not call ctx.ready()");
        server.awaitState(speaks, "running");
        server.destroy(speaks);
    }

    @Test
    void a_build_says_how_long_its_starts_may_take_and_an_actor_that_says_it_too_goes_before_it() throws Exception {
        deploy("slow", NEVER_READY, ", \"startTimeout\": 1000");
        var silent = create("slow", "", "");
        var says = create("slow", "\"start_timeout\": 1500", "");

        server.awaitState(silent, "destroyed");
        server.awaitState(says, "destroyed");

        assertThat(server.actor(silent).get("reason").asString()).isEqualTo("port_not_open");
        assertThat(explained(silent)).contains("port 'http' did not accept connections within 1000 ms");
        assertThat(explained(says)).contains("port 'http' did not accept connections within 1500 ms");
    }

    @Test
    void one_that_is_no_longer_well_is_started_again() throws Exception {
        deploy("well", GOOD.replace("VERSION", "good"));
        var health = "{\"port\": \"http\", \"path\": \"/healthz\"}";
        var actor = create("well", """
                "durable": true, "readiness": {"http": %1$s}, "liveness": {"http": %1$s, "period": 100, "failures": 2}""".formatted(health), "");
        server.awaitState(actor, "running");

        server.get(RunningDevServer.url(actor, "http").replaceAll("/?$", "/ill"));

        try (var load = Load.through(way(actor))) {
            load.awaitAnswers(actor, 2, 5);
        }
        assertThat(explained(actor))
                .contains("not_live", "it failed its liveness check 2 times in a row", "was answered with 500");
        server.destroy(actor);
    }

    private static String explained(JsonNode actor) throws Exception {
        var reply = server.send("GET", "/actors/" + RunningDevServer.id(actor) + "/explain", null);
        return Wire.JSON.readTree(reply.body()).get("message").asString() + reply.body();
    }

    private static Way way(JsonNode actor) {
        return new Way(URI.create(RunningDevServer.url(actor, "http")), null);
    }

    private static JsonNode upgradeAll(String name) throws Exception {
        var reply = server.send("POST", "/actors/upgrade", """
                {"tags": {"name": "%1$s"}, "build_tags": {"name": "%1$s", "current": "true"}}""".formatted(name));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body());
    }

    private static JsonNode create(String name, String lifecycle, String environment) throws Exception {
        return server.create("""
                {"tags": {"name": "%1$s"}, "build_tags": {"name": "%1$s", "current": "true"}, "lifecycle": {%2$s},
                 "runtime": {"environment": {%3$s}}, "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(name, lifecycle, environment));
    }

    private static void deploy(String name, String script) throws Exception {
        deploy(name, script, "");
    }

    private static void deploy(String name, String script, String more) throws Exception {
        var folder = Files.createDirectories(work.resolve(name));
        Files.writeString(folder.resolve("main.js"), script);
        Files.writeString(
                folder.resolve("rivet.json"),
                "{\"actors\": {\"%s\": {\"script\": \"main.js\"%s}}}".formatted(name, more));
        var ran = server.rivet(folder, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }
}
