package cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The few calls that the harness makes. */
final class Api {

    static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http;
    private final String base;
    private final String token;

    /** @param base such as {@code http://127.0.0.1:6420} */
    Api(HttpClient http, String base, String token) {
        this.http = http;
        this.base = base;
        this.token = token;
    }

    /** @return the answer's body, of status 200 only */
    JsonNode call(String method, String path, String body, Duration atMost) throws IOException, InterruptedException {
        var tenant = (path.contains("?") ? "&" : "?") + "project=default&environment=default";
        var request = HttpRequest.newBuilder(URI.create(base + path + tenant))
                .timeout(atMost)
                .header("authorization", "Bearer " + token)
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var reply = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (reply.statusCode() != 200) {
            throw new IOException("%s %s: %d %s".formatted(method, path, reply.statusCode(), reply.body()));
        }
        return JSON.readTree(reply.body());
    }

    JsonNode create(String body) throws IOException, InterruptedException {
        return call("POST", "/actors?wait=ready", body, Duration.ofSeconds(60)).get("actor");
    }

    JsonNode actor(String id) throws IOException, InterruptedException {
        return call("GET", "/actors/" + id, "", Duration.ofSeconds(2)).get("actor");
    }
}
