package rivet.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API as a stranger sees it: text over a socket. */
final class Api implements AutoCloseable {

    static final JsonMapper JSON = new JsonMapper();

    private final URI base;
    private final HttpClient http = HttpClient.newHttpClient();

    Api(URI base) {
        this.base = base;
    }

    record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        String code() {
            return body.path("code").asString("");
        }

        String field() {
            return body.path("metadata").path("field").asString("");
        }
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer delete(String path) {
        return send(request(path).DELETE());
    }

    Answer post(String path, String body) {
        return send(json(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer patch(String path, String body) {
        return send(json(path).method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer put(String url, byte[] bytes) {
        return send(HttpRequest.newBuilder(URI.create(url)).PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
    }

    private HttpRequest.Builder json(String path) {
        return request(path).header("content-type", "application/json");
    }

    Answer send(HttpRequest.Builder request) {
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), read(answer.body()), answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(String body) {
        return body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
    }

    /** Uploads and completes a build and gives it tags. @return its id */
    String build(String name, String tags) {
        var id = uploaded(
                "{\"image_file\":{\"path\":\"%s\",\"content_length\":3},\"kind\":\"javascript\"}".formatted(name));
        require(post("/builds/" + id + "/complete", ""));
        require(patch("/builds/" + id + "/tags", "{\"tags\":%s}".formatted(tags)));
        return id;
    }

    String uploaded(String prepare) {
        var prepared = require(post("/builds/prepare", prepare)).body();
        require(put(prepared.at("/presigned_requests/0/url").asString(), "abc".getBytes(StandardCharsets.UTF_8)));
        return prepared.path("build").asString();
    }

    static Answer require(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError("%d %s".formatted(answer.status(), answer.body()));
        }
        return answer;
    }

    static String sha256(byte[] bytes) {
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
