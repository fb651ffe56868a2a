package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A client's WebSocket stays open, whatever becomes of the processes that are its actor, and says nothing twice. */
class HibernationStoryTest {

    /** Counts for each connection what it has heard, and answers with the number and its generation. */
    private static final String SCRIPT = """
            export default {
              async start(ctx) {
                const { generation } = ctx.metadata.actor;
                await Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, (request) => {
                  // An upgraded request can be asked no more.
                  const key = ["heard", request.headers.get("x-rivet-websocket-id")];
                  const resumed = request.headers.has("x-rivet-websocket-resumed");
                  const { socket, response } = Deno.upgradeWebSocket(request);
                  let turn = Promise.resolve();
                  const next = (work) => { turn = turn.then(work); };
                  if (resumed) {
                    socket.onopen = () => next(async () => {
                      socket.send(`again in ${generation} after ${await ctx.kv.get(key)}`);
                    });
                  }
                  socket.onmessage = ({ data }) => next(async () => {
                    const heard = (await ctx.kv.get(key) ?? 0) + 1;
                    await ctx.kv.put(key, heard);
                    socket.send(`${data} is ${heard} in ${generation}`);
                    if (data === "sleep") {
                      await ctx.sleep();
                    }
                  });
                  return response;
                }).finished;
              },
            };
            """;

    @TempDir
    static Path work;

    static RunningDevServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS);
        Files.writeString(work.resolve("sockets.js"), SCRIPT);
        Files.writeString(work.resolve("rivet.json"), "{\"actors\": {\"sockets\": {\"script\": \"sockets.js\"}}}");
        var ran = server.rivet(work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void a_socket_outlives_sleep_upgrade_and_a_kill() throws Exception {
        var actor = create("");
        try (var client = new Client(actor)) {
            assertThat(client.asks("a")).isEqualTo("a is 1 in 1");

            assertThat(client.asks("sleep")).isEqualTo("sleep is 2 in 1");
            server.awaitState(actor, "sleeping");
            client.says("b");
            client.says("c");
            assertThat(client.hears()).isEqualTo("again in 2 after 2");
            assertThat(client.hears()).isEqualTo("b is 3 in 2");
            assertThat(client.hears()).isEqualTo("c is 4 in 2");

            var upgrade = server.send(
                    "POST",
                    "/actors/" + RunningDevServer.id(actor) + "/upgrade",
                    "{\"build_tags\": {\"name\": \"sockets\"}}");
            assertThat(upgrade.statusCode()).as(upgrade.body()).isEqualTo(200);
            assertThat(client.hears()).isEqualTo("again in 3 after 4");
            assertThat(client.asks("d")).isEqualTo("d is 5 in 3");

            for (var process : new AgentProcesses(work.resolve("data")).listening()) {
                ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
            }
            assertThat(client.hears()).isEqualTo("again in 4 after 5");
            assertThat(client.asks("e")).isEqualTo("e is 6 in 4");
            server.destroy(actor);
        }
    }

    @Test
    void a_socket_on_which_nothing_is_said_lets_its_actor_sleep() throws Exception {
        var actor = create(", \"idle_timeout\": 1000");
        try (var client = new Client(actor)) {
            server.awaitState(actor, "sleeping");
            assertThat(server.actor(actor).get("reason").stringValue()).isEqualTo("idle");

            client.says("a");
            assertThat(client.hears()).isEqualTo("again in 2 after null");
            assertThat(client.hears()).isEqualTo("a is 1 in 2");
        }
        server.destroy(actor);
    }

    private static JsonNode create(String lifecycle) throws Exception {
        var actor = server.create("""
                {"tags": {}, "build_tags": {"name": "sockets", "current": "true"}, "lifecycle": {"durable": true%s},
                 "network": {"ports": {"http": {
                   "protocol": "http", "routing": {"guard": {"websocket": {"hibernate": true}}}}}}}
                """.formatted(lifecycle));
        var guard = actor.get("network").get("ports").get("http").get("routing").get("guard");
        assertThat(guard.get("websocket").get("hibernate").booleanValue()).isTrue();
        return actor;
    }

    private static final class Client implements WebSocket.Listener, AutoCloseable {

        private static final int SECONDS = 30;

        private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Client(JsonNode actor) throws Exception {
            var url = URI.create(RunningDevServer.url(actor, "http").replaceFirst("^http", "ws"));
            socket = server.http.newWebSocketBuilder().buildAsync(url, this).get(SECONDS, TimeUnit.SECONDS);
        }

        void says(String text) throws Exception {
            socket.sendText(text, true).get(SECONDS, TimeUnit.SECONDS);
        }

        String hears() throws Exception {
            return String.valueOf(heard.poll(SECONDS, TimeUnit.SECONDS));
        }

        String asks(String text) throws Exception {
            says(text);
            return hears();
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            heard.add(text.toString());
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            heard.add("closed " + code + " " + reason);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}
