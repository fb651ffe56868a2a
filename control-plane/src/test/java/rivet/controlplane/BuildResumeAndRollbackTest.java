package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.controlplane.Api.Answer;
import tools.jackson.databind.JsonNode;

@PostgresTest
class BuildResumeAndRollbackTest {

    private static final int PART = 1 << 20;

    private static ControlPlane server;
    private static Api api;
    private static TestDatabase database;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var settings = new HashMap<String, Object>(given.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        settings.put("rivet.builds.part", "1MB");
        settings.put("rivet.loops.prune-interval", "100ms");
        server = ControlPlane.start(settings);
        api = new Api(server.uri());
    }

    @AfterAll
    static void stop() {
        api.close();
        server.close();
    }

    private static byte[] bytes(int many) {
        var bytes = new byte[many];
        new Random(many).nextBytes(bytes);
        return bytes;
    }

    private static JsonNode prepare(byte[] bytes, String compression) {
        return Api.require(api.post("/builds/prepare", """
                {"image_file": {"path": "big.js", "content_length": %d, "sha256": "%s"}, "kind": "javascript",
                 "compression": "%s"}
                """.formatted(bytes.length, Api.sha256(bytes), compression)))
                .body();
    }

    private static Answer put(JsonNode part, byte[] bytes) {
        var from = part.path("byte_offset").asInt();
        return api.put(
                part.path("url").asString(),
                Arrays.copyOfRange(
                        bytes, from, from + part.path("content_length").asInt()));
    }

    private static JsonNode resume(String build) {
        return Api.require(api.post("/builds/" + build + "/resume", "")).body();
    }

    private static List<Integer> offsets(JsonNode prepared) {
        return prepared.path("presigned_requests")
                .valueStream()
                .map(part -> part.path("byte_offset").asInt())
                .toList();
    }

    private static byte[] content(String build) throws IOException, InterruptedException {
        try (var http = java.net.http.HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(server.uri().resolve("/link/builds/" + build + "/content"))
                                    .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                                    .build(),
                            java.net.http.HttpResponse.BodyHandlers.ofByteArray())
                    .body();
        }
    }

    @Test
    void an_upload_goes_on_where_it_broke_off() throws Exception {
        var bytes = bytes(3 * PART + 17);
        var prepared = prepare(bytes, "none");
        var build = prepared.path("build").asString();
        var parts = prepared.path("presigned_requests");
        assertThat(offsets(prepared)).containsExactly(0, PART, 2 * PART, 3 * PART);

        assertThat(put(parts.get(3), bytes).status()).isEqualTo(200);
        assertThat(put(parts.get(1), bytes).status()).isEqualTo(200);
        sendHalf(parts.get(0).path("url").asString(), bytes);
        var early = api.post("/builds/" + build + "/complete", "");
        assertThat(early.code()).isEqualTo("UPLOAD_INVALID");

        var missing = resume(build);
        assertThat(missing.path("build").asString()).isEqualTo(build);
        assertThat(offsets(missing)).containsExactly(0, 2 * PART);
        assertThat(offsets(resume(build))).as("asking changes nothing").containsExactly(0, 2 * PART);
        missing.path("presigned_requests").forEach(part -> Api.require(put(part, bytes)));
        Api.require(put(missing.at("/presigned_requests/0"), bytes));

        assertThat(offsets(resume(build))).isEmpty();
        Api.require(api.post("/builds/" + build + "/complete", ""));
        Api.require(api.post("/builds/" + build + "/complete", ""));
        assertThat(offsets(resume(build))).as("complete: nothing is missing").isEmpty();
        assertThat(content(build)).isEqualTo(bytes);
        assertThat(database.jdbc()
                        .sql("select sum(length(bytes)) from build_chunk where build_id = :id")
                        .param("id", UUID.fromString(build))
                        .query(Long.class)
                        .single())
                .as("what broke off is not kept")
                .isEqualTo(bytes.length);
    }

    private static void sendHalf(String url, byte[] bytes) throws IOException {
        var uri = URI.create(url);
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            var head = "PUT %s?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                    .formatted(uri.getRawPath(), uri.getRawQuery(), PART);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes, 0, PART / 2);
            socket.getOutputStream().flush();
        }
    }

    @Test
    void swapped_parts_never_become_a_build() {
        var bytes = bytes(2 * PART);
        var prepared = prepare(bytes, "none");
        var build = prepared.path("build").asString();
        Api.require(api.put(
                prepared.at("/presigned_requests/0/url").asString(), Arrays.copyOfRange(bytes, PART, 2 * PART)));
        Api.require(api.put(prepared.at("/presigned_requests/1/url").asString(), Arrays.copyOfRange(bytes, 0, PART)));

        var complete = api.post("/builds/" + build + "/complete", "");
        var again = api.post("/builds/" + build + "/resume", "");

        assertThat(complete.status()).isEqualTo(400);
        assertThat(complete.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(again.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(api.get("/builds").raw().body()).doesNotContain(build);
    }

    @Test
    void there_is_nothing_to_resume_of_a_build_that_is_not_there() {
        assertThat(api.post("/builds/" + UUID.randomUUID() + "/resume", "").code())
                .isEqualTo("BUILD_NOT_FOUND");
    }

    @Test
    void an_upload_that_goes_on_is_not_removed_and_one_that_rests_is() {
        var bytes = bytes(2 * PART);
        var going = prepare(bytes, "none");
        var resting = prepare(bytes, "none");
        Api.require(put(going.at("/presigned_requests/0"), bytes));
        Api.require(put(resting.at("/presigned_requests/0"), bytes));
        database.jdbc()
                .sql("update build set created_at = created_at - interval '2 hours'")
                .update();
        database.jdbc()
                .sql("update build_part set stored_at = stored_at - interval '2 hours' where build_id = :id")
                .param("id", UUID.fromString(resting.path("build").asString()))
                .update();

        Awaitility.await()
                .until(() ->
                        api.get("/builds/" + resting.path("build").asString()).status() == 404);

        assertThat(api.get("/builds/" + going.path("build").asString()).status())
                .isEqualTo(200);
    }

    @Test
    void agents_are_told_how_a_build_is_packed() {
        var bytes = bytes(100);
        var prepared = prepare(bytes, "lz4");
        var build = prepared.path("build").asString();
        Api.require(put(prepared.at("/presigned_requests/0"), bytes));
        Api.require(api.post("/builds/" + build + "/complete", ""));
        try (var agent = SimulatedAgent.joined(server.uri(), "local", 1000, 1000)) {
            var created = Api.require(api.post("/actors", "{\"tags\": {}, \"build\": \"%s\"}".formatted(build)));
            var actor =
                    rivet.protocol.ActorId.parse(created.body().at("/actor/id").asString());

            assertThat(agent.awaitRun(actor, 1).spec().build().compression()).isEqualTo("lz4");
        }
        var other = api.post(
                "/builds/prepare",
                "{\"image_file\": {\"path\": \"a\", \"content_length\": 1}, \"kind\": \"javascript\", \"compression\": \"zip\"}");
        assertThat(other.code()).isEqualTo("API_BAD_BODY");
        assertThat(other.field()).isEqualTo("compression");
    }

    private static String deployed(String name) {
        var id = api.build("x.js", "{}");
        Api.require(api.patch(
                "/builds/" + id + "/tags",
                "{\"tags\": {\"name\": \"%s\", \"current\": \"true\"}, \"exclusive_tags\": [\"current\"]}"
                        .formatted(name)));
        return id;
    }

    private static List<String> current(String name) {
        var tags = java.net.URLEncoder.encode(
                "{\"name\": \"%s\", \"current\": \"true\"}".formatted(name), StandardCharsets.UTF_8);
        return Api.require(api.get("/builds?tags_json=" + tags))
                .body()
                .path("builds")
                .valueStream()
                .map(build -> build.path("id").asString())
                .toList();
    }

    private static Answer rollback(String build) {
        return api.post("/builds/" + build + "/rollback", "");
    }

    @Test
    void a_rollback_makes_the_build_before_current_again_and_repeating_it_goes_no_further() {
        var first = deployed("app");
        var second = deployed("app");
        var other = deployed("another");
        var third = deployed("app");

        var answer = Api.require(rollback(third));

        assertThat(answer.body().at("/build/id").asString()).isEqualTo(second);
        assertThat(answer.body().at("/build/tags/current").asString()).isEqualTo("true");
        assertThat(current("app")).containsExactly(second);
        assertThat(current("another")).containsExactly(other);
        var again = rollback(third);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("BUILD_NOT_CURRENT");
        assertThat(current("app")).containsExactly(second);

        Api.require(rollback(second));
        assertThat(current("app")).containsExactly(first);
        assertThat(rollback(first).code()).isEqualTo("BUILD_NO_PREVIOUS");
        assertThat(current("app")).containsExactly(first);
    }

    @Test
    void a_rollback_passes_over_what_was_never_complete() {
        var first = deployed("partial");
        var unfinished = Api.require(api.post(
                        "/builds/prepare",
                        "{\"image_file\": {\"path\": \"a\", \"content_length\": 1}, \"kind\": \"javascript\"}"))
                .body()
                .path("build")
                .asString();
        Api.require(api.patch("/builds/" + unfinished + "/tags", "{\"tags\": {\"name\": \"partial\"}}"));
        var last = deployed("partial");

        Api.require(rollback(last));

        assertThat(current("partial")).containsExactly(first);
    }

    @Test
    void at_every_instant_exactly_one_build_is_current_however_many_move_it() throws Exception {
        var builds = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            builds.add(deployed("busy"));
        }
        var seen = java.util.concurrent.ConcurrentHashMap.<Integer>newKeySet();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var moving = threads.invokeAll(IntStream.range(0, 24)
                    .<Callable<Integer>>mapToObj(i -> () -> {
                        seen.add(current("busy").size());
                        var build = builds.get(i % builds.size());
                        return i % 3 == 0
                                ? rollback(build).status()
                                : api.patch(
                                                "/builds/" + build + "/tags",
                                                "{\"tags\": {\"current\": \"true\"}, \"exclusive_tags\": [\"current\"]}")
                                        .status();
                    })
                    .toList());
            for (var each : moving) {
                assertThat(each.get()).isIn(200, 409);
            }
        }
        seen.add(current("busy").size());
        assertThat(seen).containsExactly(1);
    }
}
