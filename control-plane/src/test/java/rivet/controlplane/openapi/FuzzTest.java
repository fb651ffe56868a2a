package rivet.controlplane.openapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rivet.controlplane.Api;
import rivet.controlplane.ControlPlaneTest;
import rivet.controlplane.LoggedErrors;
import rivet.controlplane.TestDatabase;
import tools.jackson.databind.JsonNode;

/**
 * Sends every operation of the OpenAPI document what nobody should send. {@code -Dfuzz.seed=} makes another run of it, {@code
 * -Dfuzz.requests=} a longer one.
 */
@ControlPlaneTest({"rivet.logs.watch-timeout=20ms", "rivet.actors.wait-timeout=20ms"})
class FuzzTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 20_000);

    /** So many requests between two looks at the tables; where none of them was done, the tables must be as they were. */
    private static final int BATCH = 20;

    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Api api;
    private final TestDatabase database;
    private final JsonNode document;
    private final Hostile hostile;
    private final List<Call> calls;
    private final List<String> faults = new ArrayList<>();
    private final Map<Integer, Integer> statuses = new HashMap<>();

    FuzzTest(Api api, TestDatabase database) {
        this.api = api;
        this.database = database;
        this.document = api.get("/openapi.json").body();
        this.hostile = new Hostile(new Random(SEED), known(api));
        this.calls = calls(document);
    }

    private record Call(String verb, String path, JsonNode operation) {}

    /** @param shown for people, who want to send it again */
    private record Request(HttpRequest.Builder http, String verb, String shown) {

        boolean looks() {
            return verb.equals("GET") || verb.equals("HEAD");
        }
    }

    private static List<Call> calls(JsonNode document) {
        var calls = new ArrayList<Call>();
        document.path("paths")
                .properties()
                .forEach(item -> item.getValue()
                        .properties()
                        .forEach(operation ->
                                calls.add(new Call(operation.getKey(), item.getKey(), operation.getValue()))));
        return calls;
    }

    private static Map<String, List<String>> known(Api api) {
        var build = api.build("fuzz", "{\"name\": \"fuzz\", \"current\": \"true\"}");
        var actors = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            actors.add(api.actor("{\"tags\": {\"room\": \"%d\"}, \"build\": \"%s\"}".formatted(i, build))
                    .toString());
        }
        var ids = new ArrayList<>(actors);
        ids.add(build);
        return Map.ofEntries(
                Map.entry("id", ids),
                Map.entry("build", List.of(build)),
                Map.entry("project", List.of("default")),
                Map.entry("environment", List.of("default")),
                Map.entry("region", List.of("local")),
                Map.entry("slug", List.of("shop", "live")),
                Map.entry("name", List.of("my-route", "x")),
                Map.entry("part", List.of("0", "1")),
                Map.entry("wait", List.of("ready", "destroyed")),
                Map.entry("endpoint_type", List.of("path", "hostname")),
                Map.entry("stream", List.of("all", "std_out")),
                Map.entry("tags_json", List.of("{}", "{\"room\":\"1\"}")),
                Map.entry("actor_ids_json", List.of("[\"" + actors.getFirst() + "\"]", "[]")),
                Map.entry("key", List.of("k1", "k2")),
                Map.entry("kind", List.of("javascript", "executable")),
                Map.entry("protocol", List.of("http", "https", "tcp")));
    }

    @Test
    void hostile_requests_are_refused_and_change_nothing() {
        System.out.printf("fuzz: seed %d, %d requests%n", SEED, REQUESTS);
        try (var log = LoggedErrors.listen()) {
            hostile(log);
        }
    }

    private void hostile(LoggedErrors log) {
        int batchesCompared = 0;
        var before = database.contents();
        for (int sent = 0; sent < REQUESTS && faults.size() < 20; sent += BATCH) {
            var done = batch();
            var after = database.contents();
            if (!done.changed()) {
                batchesCompared++;
                compare(before, after, done);
            }
            before = after;
        }
        if (database.count("audit_entry where outcome = 'ERROR'") > 0) {
            faults.add("the audit trail tells of errors of ours");
        }
        faults.addAll(log.lines());
        System.out.printf("fuzz: answers by status %s; tables compared after %d batches%n", statuses, batchesCompared);

        assertThat(faults).as("seed %d", SEED).isEmpty();
        assertThat(batchesCompared).as("batches in which all was refused").isGreaterThan(REQUESTS / BATCH / 10);
    }

    private void compare(Map<String, String> before, Map<String, String> after, Batch done) {
        if (!after.equals(before)) {
            var changed = new TreeMap<>(after);
            changed.entrySet().removeAll(before.entrySet());
            faults.add("refused, and yet changed " + changed.keySet() + " by one of " + done.sent());
        }
    }

    /** @param changed whether any of it that could change something was done @param sent those that could, and their status */
    private record Batch(boolean changed, Map<String, Integer> sent) {}

    private Batch batch() {
        var sent = new LinkedHashMap<String, Integer>();
        var changed = false;
        for (int i = 0; i < BATCH; i++) {
            var request = request(hostile.one(calls));
            int status = send(request);
            if (!request.looks()) {
                sent.put(request.shown(), status);
                changed |= status < 400;
            }
        }
        return new Batch(changed, sent);
    }

    private int send(Request request) {
        try {
            var answer = api.send(request.http());
            statuses.merge(answer.status(), 1, Integer::sum);
            check(request, answer);
            return answer.status();
        } catch (RuntimeException | AssertionError e) {
            faults.add(request.shown() + ": " + e);
            return 0;
        }
    }

    private void check(Request request, Api.Answer answer) {
        var ray = answer.raw().headers().firstValue("rvt-ray-id");
        if (answer.status() >= 500) {
            faults.add(request.shown() + ": " + answer.status() + " " + answer.body());
        } else if (answer.status() >= 400
                && !request.verb().equals("HEAD") // has no body
                && answer.status() != 414 // ends before it is a request
                && (answer.code().isEmpty()
                        || answer.text("/message").isEmpty()
                        || !ray.equals(Optional.of(answer.text("/ray_id"))))) {
            faults.add(request.shown() + ": no problem, but " + answer.status() + " "
                    + answer.raw().body());
        }
    }

    private Request request(Call call) {
        var path = call.path();
        var query = new StringBuilder();
        @Nullable String key = null;
        for (var parameter : call.operation().path("parameters")) {
            var name = parameter.path("name").asString();
            switch (parameter.path("in").asString()) {
                case "path" -> path = path.replace("{" + name + "}", segment(hostile.path(name)));
                case "header" -> key = hostile.once(2) ? hostile.header() : null;
                default -> append(query, name, parameter);
            }
        }
        if (hostile.once(10)) {
            append(query, hostile.text(), call.operation());
        }
        var verb = hostile.once(25)
                ? hostile.one(List.of("PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"))
                : call.verb().toUpperCase(Locale.ROOT);
        var schema = call.operation()
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        var body = schema.isMissingNode()
                ? null
                : hostile.body(schema, document.path("components").path("schemas"));
        var http = api.request(path + query)
                .timeout(LONGEST)
                .method(
                        verb,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers(http, key, body != null);
        var shown = "%s %s%s %s %s".formatted(verb, path, query, key, body == null ? "" : new String(body, UTF_8));
        return new Request(http, verb, shown.length() < 300 ? shown : shown.substring(0, 300) + "…");
    }

    private void headers(HttpRequest.Builder http, @Nullable String key, boolean body) {
        if (key != null) {
            try {
                http.header("Idempotency-Key", key);
            } catch (IllegalArgumentException _) {
                http.header("Idempotency-Key", UUID.randomUUID().toString());
            }
        }
        if (body && !hostile.once(15)) {
            http.header("content-type", "application/json");
        } else if (hostile.once(2)) {
            http.header(
                    "content-type",
                    hostile.one(List.of(
                            "text/plain", "application/xml", "application/json; charset=utf-16", "nonsense", "*/*")));
        }
        if (hostile.once(10)) {
            http.header(
                    "accept",
                    hostile.one(List.of("text/html", "application/xml", "nonsense", "*/*;q=2", "x".repeat(3_000))));
        }
        if (hostile.once(10)) {
            http.header(
                    "authorization",
                    hostile.one(List.of(
                            "Bearer",
                            "Bearer ",
                            "Basic eDp5",
                            "Bearer x y",
                            "Bearer rvt_0123456789abcdef_" + "0".repeat(64))));
        }
        if (hostile.once(20)) {
            http.header("x-forwarded-for", hostile.one(List.of("", "127.0.0.1, ::1", "a".repeat(500), "1.2.3.4'")));
        }
    }

    private void append(StringBuilder query, String name, JsonNode parameter) {
        var times = hostile.once(12) ? 2 : parameter.path("required").asBoolean() || hostile.once(3) ? 1 : 0;
        for (int i = 0; i < times; i++) {
            query.append(query.isEmpty() ? '?' : '&')
                    .append(Api.encoded(name))
                    .append('=')
                    .append(Api.encoded(hostile.query(name, parameter.path("schema"))));
        }
    }

    /** Part of a path, whatever is in it. */
    private static String segment(String text) {
        return text.equals("..") || text.equals(".") ? "x" : Api.encoded(text).replace("+", "%20");
    }
}
