package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    private final SharedDevServer.Running running;
    private final RunningDevServer server;
    private JsonNode game = Wire.JSON.createObjectNode();

    ConnectionStoryTest(SharedDevServer.Running running) {
        this.running = running;
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
            var out = join(http, ann);
            var stays = join(http, ben);
            assertThat(out.hears()).isEqualTo("ann");
            assertThat(stays.hears()).isEqualTo("ben");

            var revoked = server.send(
                    "DELETE", connections() + "/" + ann.path("connection_id").asString(), null);

            assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
            out.closed.get(20, TimeUnit.SECONDS);
            assertThat(server.get(ann.path("url").asString()).statusCode()).isEqualTo(401);
            assertThat(stays.says("still here")).isEqualTo("still here");
            stays.abort();
        }
    }

    @Test
    void servers_in_typescript_let_people_in_and_throw_them_out() throws Exception {
        running.passes(
                "connections.mjs",
                RunningDevServer.CHECKOUT
                        .resolve("actor-sdk/typescript-connections/index.js")
                        .toString(),
                RunningDevServer.id(game));
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

    private static ClientSocket join(HttpClient http, JsonNode connection) throws Exception {
        return new ClientSocket(http, URI.create(connection.path("ws_url").asString()));
    }
}
