package rivet.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import rivet.protocol.ActorId;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API as a stranger sees it: text over a socket. Every answer is held against the OpenAPI document. Thread-safe. */
public final class Api implements AutoCloseable {

    public static final JsonMapper JSON = new JsonMapper();

    private static final byte[] BUNDLE = "abc".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(60);

    private final URI base;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Set<String> done = ConcurrentHashMap.newKeySet();

    Api(URI base) {
        this.base = base;
    }

    /** What came back. @param body an empty object if there was none, or no JSON */
    public record Answer(int status, JsonNode body, HttpResponse<String> raw) {

        /** The problem's code; empty if there is none. */
        public String code() {
            return body.path("code").asString("");
        }

        /** What the problem says is wrong; empty if it names nothing. */
        public String field() {
            return body.path("metadata").path("field").asString("");
        }

        /** @param pointer such as {@code /actor/id} @return empty if it is absent */
        public String text(String pointer) {
            return body.at(pointer).asString("");
        }
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public Answer post(String path, String body) {
        return send(json(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer patch(String path, String body) {
        return send(json(path).method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    /** @param url whole, as {@code prepare} gives it */
    public Answer put(String url, byte[] bytes) {
        return send(HttpRequest.newBuilder(URI.create(url)).PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
    }

    /** For what the methods above have no words for, such as other headers. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(LONGEST_ANSWER);
    }

    public HttpRequest.Builder json(String path) {
        return request(path).header("content-type", "application/json");
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            var operation = Conformity.check(answer);
            if (answer.statusCode() < 300) {
                operation.ifPresent(done::add);
            }
            return new Answer(answer.statusCode(), read(answer), answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Operations of the OpenAPI document that were answered with 2xx, such as {@code GET /actors/{id}}. */
    Set<String> done() {
        return Set.copyOf(done);
    }

    private static JsonNode read(HttpResponse<String> answer) {
        var type = answer.headers().firstValue("content-type").orElse("");
        return type.startsWith("application/json") ? JSON.readTree(answer.body()) : JSON.createObjectNode();
    }

    /** A value in a query, such as a JSON object. */
    public static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** Uploads and completes a javascript build, and gives it tags. @param tags a JSON object @return its id */
    public String build(String name, String tags) {
        return build(name, tags, "");
    }

    /** Likewise. @param more of what is said when it is prepared, with a comma before it */
    public String build(String name, String tags, String more) {
        var id = uploaded("""
                {"image_file": {"path": "%s", "content_length": 3}, "kind": "javascript"%s}""".formatted(name, more));
        completed(id, tags);
        return id;
    }

    /** Likewise an executable, whose actors may choose their resources. */
    public String executable(String name, String tags) {
        var id = uploaded("""
                {"image_file": {"path": "%s", "content_length": 3}, "kind": "executable"}""".formatted(name));
        completed(id, tags);
        return id;
    }

    private void completed(String id, String tags) {
        require(post("/builds/" + id + "/complete", ""));
        require(patch("/builds/" + id + "/tags", "{\"tags\": %s}".formatted(tags)));
    }

    /** Three bytes on the server, not completed. @param prepare the body of {@code POST /builds/prepare} */
    public String uploaded(String prepare) {
        var prepared = require(post("/builds/prepare", prepare));
        require(put(prepared.text("/presigned_requests/0/url"), BUNDLE));
        return prepared.text("/build");
    }

    /** Creates an actor. @param body of {@code POST /actors} @return its id */
    public ActorId actor(String body) {
        return ActorId.parse(require(post("/actors", body)).text("/actor/id"));
    }

    /** The state and the reason of an actor, such as {@code pending (no_capacity)} or {@code running}. */
    public String state(ActorId actor) {
        var answer = require(get("/actors/" + actor));
        var reason = answer.text("/actor/reason");
        return answer.text("/actor/state") + (reason.isEmpty() ? "" : " (" + reason + ")");
    }

    /** @throws AssertionError if the answer is another than 200 */
    public static Answer require(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError("%d %s".formatted(answer.status(), answer.body()));
        }
        return answer;
    }

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
