package rivet.controlplane;

import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.Map;
import rivet.controlplane.Api.Answer;

/** The API of a control plane with private access, as the holder of one token sees it. */
record PrivateApi(Api api, String secret) {

    static final String BOOTSTRAP = "the-first-token-of-this-installation-0123456789";

    static Map<String, Object> properties(TestDatabase database) {
        var properties = new HashMap<>(database.properties());
        properties.put("rivet.api.port", 0);
        properties.put("rivet.auth.access", "private");
        properties.put("rivet.auth.bootstrap-token", BOOTSTRAP);
        properties.put("rivet.agents.token", SimulatedAgent.TOKEN);
        return properties;
    }

    static Map<String, Object> properties(TestDatabase database, String name, Object value) {
        var properties = properties(database);
        properties.put(name, value);
        return properties;
    }

    /** The same API, asked by another. */
    PrivateApi as(String other) {
        return new PrivateApi(api, other);
    }

    Answer get(String path) {
        return send("GET", path, "");
    }

    Answer delete(String path) {
        return send("DELETE", path, "");
    }

    Answer post(String path, String body) {
        return send("POST", path, body);
    }

    Answer send(String method, String path, String body) {
        return api.send(api.request(path)
                .header("authorization", "Bearer " + secret)
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Makes a project with one environment. */
    void environment(String project, String environment) {
        post("/projects", "{\"slug\":\"%s\"}".formatted(project));
        Api.require(post("/projects/%s/environments".formatted(project), "{\"slug\":\"%s\"}".formatted(environment)));
    }

    /** @param where {@code project/environment} @return the secret */
    String issue(String where, String... scopes) {
        return issued(where, scopes).body().path("secret").asString();
    }

    Answer issued(String where, String... scopes) {
        var slugs = where.split("/", 2);
        return Api.require(post(
                "/tokens?project=%s&environment=%s".formatted(slugs[0], slugs[1]),
                "{\"name\":\"of a test\",\"scopes\":[\"%s\"]}".formatted(String.join("\",\"", scopes))));
    }

    static String id(Answer issued) {
        return issued.body().at("/token/id").asString();
    }
}
