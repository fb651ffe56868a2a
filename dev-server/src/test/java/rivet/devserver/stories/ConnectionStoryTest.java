package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** A game lets its players in, each for a while, and throws one out. */
@ExtendWith(SharedDevServer.class)
class ConnectionStoryTest {

    private static final String GAME = """
            const port = Number(Deno.env.get("PORT_HTTP"));
            export default { async start(ctx) {
              await Deno.serve({ port, signal: ctx.signal, onListen() {} }, (request) => {
                const subject = request.headers.get("x-rivet-subject");
                if (request.headers.get("upgrade") !== "websocket") {
                  return new Response(subject + " " + new URL(request.url).search);
                }
                const { socket, response } = Deno.upgradeWebSocket(request);
                socket.onopen = () => socket.send(subject);
                socket.onmessage = ({ data }) => socket.send(data);
                return response;
              }).finished;
            } };
            """;

    @TempDir
    Path folder = Path.of("");

    private final RunningDevServer server;
    private JsonNode game = Wire.JSON.createObjectNode();

    ConnectionStoryTest(SharedDevServer.Running running) {
        this.server = running.server();
    }

    @BeforeEach
    void begin() throws Exception {
        Files.writeString(folder.resolve("guarded.js"), GAME);
        Files.writeString(folder.resolve("rivet.json"), "{\"actors\": {\"guarded\": {\"script\": \"guarded.js\"}}}");
        var ran = server.rivet(folder, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
        game = server.create("""
                {"tags": {}, "build_tags": {"name": "guarded"}, "network": {"wait_ready": true, "ports": {"http": {
                  "protocol": "http", "routing": {"guard": {"authorization": {"connection": {}}}}}}}}""");
    }

    @AfterEach
    void end() throws Exception {
        server.send("DELETE", "/actors/" + RunningDevServer.id(game) + "?override_kill_timeout=0", null);
    }

    @Test
    void a_token_works_for_its_time_and_is_refused_then() throws Exception {
        assertThat(server.get(RunningDevServer.url(game, "http")).statusCode()).isEqualTo(401);

        var url = connect("ann", 2000).path("url").asString();

        assertThat(server.get(url + "&a=1").body()).isEqualTo("ann ?a=1");
        await().atMost(Duration.ofSeconds(10)).until(() -> server.get(url).statusCode() == 401);
    }

    @Test
    void a_revoked_connections_socket_is_closed_and_the_others_stay() throws Exception {
        var ann = connect("ann", 60_000);
        var ben = connect("ben", 60_000);
        try (var http = HttpClient.newHttpClient()) {
            var out = new Player(http, ann);
            var stays = new Player(http, ben);
            assertThat(out.heard.get(20, TimeUnit.SECONDS)).isEqualTo("ann");
            assertThat(stays.heard.get(20, TimeUnit.SECONDS)).isEqualTo("ben");

            var revoked = server.send(
                    "DELETE", connections() + "/" + ann.path("connection_id").asString(), null);

            assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
            out.closed.get(20, TimeUnit.SECONDS);
            assertThat(server.get(ann.path("url").asString()).statusCode()).isEqualTo(401);
            assertThat(stays.says("still here")).isEqualTo("still here");
            stays.socket.abort();
        }
    }

    private String connections() {
        return "/actors/" + RunningDevServer.id(game) + "/connections";
    }

    private JsonNode connect(String subject, long ttlMs) throws Exception {
        var reply = server.send("POST", connections(), """
                {"port": "http", "subject": "%s", "ttl_ms": %d}""".formatted(subject, ttlMs));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body());
    }

    private static final class Player implements WebSocket.Listener {

        final CompletableFuture<Boolean> closed = new CompletableFuture<>();
        volatile CompletableFuture<String> heard = new CompletableFuture<>();
        final WebSocket socket;

        Player(HttpClient http, JsonNode connection) throws Exception {
            socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create(connection.path("ws_url").asString()), this)
                    .get(20, TimeUnit.SECONDS);
        }

        String says(String text) throws Exception {
            heard = new CompletableFuture<>();
            var _ = socket.sendText(text, true);
            return heard.get(20, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            heard.complete(text.toString());
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(true);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(true);
        }
    }
}
