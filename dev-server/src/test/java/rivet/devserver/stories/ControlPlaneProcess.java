package rivet.devserver.stories;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** A control plane in a process of its own, on a database that it may share with others. */
final class ControlPlaneProcess implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern LINKS = Pattern.compile("(?m)^rivet_links ([0-9.]+)$");

    private final Process process;
    private final URI api;
    private final HttpClient http = HttpClient.newHttpClient();

    private ControlPlaneProcess(Process process, URI api) {
        this.process = process;
        this.api = api;
    }

    /** Returns when it serves. @param settings as environment variables */
    static ControlPlaneProcess start(Path log, Map<String, String> settings) throws IOException {
        int port = freePort();
        var builder = RunningDevServer.java("rivet.controlplane.ControlPlane")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(settings);
        builder.environment().put("RIVET_API_PORT", Integer.toString(port));
        var started = new ControlPlaneProcess(builder.start(), URI.create("http://127.0.0.1:" + port));
        await().atMost(SOON).until(started::serves);
        return started;
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
