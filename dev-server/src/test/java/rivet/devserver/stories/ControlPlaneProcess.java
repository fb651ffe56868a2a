package rivet.devserver.stories;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rivet.agent.AgentSettings;
import rivet.protocol.Wire;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvReply;
import rivet.protocol.kv.KvWire;
import tools.jackson.databind.JsonNode;

/** A control plane in a process of its own, on a database that it may share with others. */
final class ControlPlaneProcess implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String AGENT_TOKEN = "the token of the agents of these tests";
    private static final Pattern LINKS = Pattern.compile("(?m)^rivet_links ([0-9.]+)$");

    private final Process process;
    private final URI api;
    private static final int SECONDS = 20;

    private final HttpClient http = HttpClient.newHttpClient();

    private ControlPlaneProcess(Process process, URI api) {
        this.process = process;
        this.api = api;
    }

    /** With the short leases of tests. Returns when it serves. */
    static ControlPlaneProcess start(Path log, EmbeddedPostgres database) throws IOException {
        return start(log, database, freePort());
    }

    /** In place of one that was killed. */
    ControlPlaneProcess again(Path log, EmbeddedPostgres database) throws IOException {
        return start(log, database, api.getPort());
    }

    private static ControlPlaneProcess start(Path log, EmbeddedPostgres database, int port) throws IOException {
        var builder = RunningDevServer.java("rivet.controlplane.ControlPlane")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(PostgresAwayTest.SHORT_LEASES);
        builder.environment()
                .putAll(Map.of(
                        "RIVET_DATABASE_URL",
                        database.getJdbcUrl("postgres", "postgres"),
                        "RIVET_DATABASE_USER",
                        "postgres",
                        "RIVET_DATABASE_PASSWORD",
                        "postgres",
                        "RIVET_DATABASE_TEST",
                        "true",
                        "RIVET_AGENTS_TOKEN",
                        AGENT_TOKEN));
        builder.environment().put("RIVET_API_PORT", Integer.toString(port));
        var started = new ControlPlaneProcess(builder.start(), URI.create("http://127.0.0.1:" + port));
        await().atMost(SOON).until(started::serves);
        return started;
    }

    /** Of an agent that knows all of them. @param data its folder */
    static AgentSettings agent(Path data, ControlPlaneProcess... known) {
        return AgentSettings.read(agentSettings(data, known));
    }

    /** The same as environment variables. */
    static Map<String, String> agentSettings(Path data, ControlPlaneProcess... known) {
        return Map.of(
                "RIVET_CONTROL_PLANE_URL",
                Stream.of(known).map(one -> one.api.toString()).collect(Collectors.joining(",")),
                "RIVET_AGENT_TOKEN",
                AGENT_TOKEN,
                "RIVET_DATA_DIR",
                data.toString(),
                "RIVET_TOOLS_DIR",
                RunningDevServer.CHECKOUT.resolve(".rivet/tools").toString(),
                "RIVET_PROXY_PORT",
                "0");
    }

    /** As an agent would, on a socket for stores. */
    KvReply askAsAgent(KvCall call) throws Exception {
        var heard = new CompletableFuture<KvReply>();
        var socket = http.newWebSocketBuilder()
                .header("authorization", "Bearer " + AGENT_TOKEN)
                .buildAsync(URI.create("ws://" + api.getAuthority() + "/link/kv"), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                        var bytes = new byte[data.remaining()];
                        data.get(bytes);
                        heard.complete(KvWire.reply(bytes));
                        return null;
                    }
                })
                .get(SECONDS, TimeUnit.SECONDS);
        try {
            socket.sendBinary(ByteBuffer.wrap(KvWire.write(call)), true).join();
            return heard.get(SECONDS, TimeUnit.SECONDS);
        } finally {
            socket.abort();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    URI api() {
        return api;
    }

    private boolean serves() throws InterruptedException {
        try {
            return send("GET", "/health", "").statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** How many agents speak with this one. */
    int links() throws Exception {
        var links = LINKS.matcher(send("GET", "/actuator/prometheus", "").body());
        return links.find() ? (int) Double.parseDouble(links.group(1)) : 0;
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .header("content-type", "application/json")
                        .timeout(Duration.ofMinutes(1))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The actor as it is when it runs. */
    JsonNode awaitRunning(String id) {
        return await().atMost(SOON)
                .until(
                        () -> actor(send("GET", "/actors/" + id, "")),
                        actor -> actor.get("state").stringValue().equals("running"));
    }

    static JsonNode actor(HttpResponse<String> answer) {
        return Wire.JSON.readTree(answer.body()).get("actor");
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        http.close();
    }
}
