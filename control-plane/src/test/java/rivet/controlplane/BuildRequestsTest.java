package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Builds over REST: the bytes that come out are those that went in, or there is no build. */
@ControlPlaneTest({"rivet.builds.part=1MB", "rivet.builds.upload-validity=1h", "rivet.loops.prune-interval=200ms"})
class BuildRequestsTest {

    private static final int PART = 1 << 20;
    private static final Executor MOVERS = command -> Thread.ofVirtual().start(command);
    private static final byte[] BYTES = bytes(2 * PART + 12345);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    BuildRequestsTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @Test
    void the_bytes_come_out_as_they_went_in_whatever_the_order_of_the_parts() throws Exception {
        var upload = prepare(Api.sha256(BYTES));
        assertThat(upload.offsets()).containsExactly(0, PART, 2 * PART);

        upload.put(2);
        upload.put(0);
        upload.put(1);
        Api.require(upload.complete());

        assertThat(content(upload.build())).isEqualTo(BYTES);
        var build = Api.require(api.get("/builds/" + upload.build())).body().path("build");
        assertThat(build.path("content_length").asLong()).isEqualTo(BYTES.length);
        assertThat(build.path("name").asString()).isEqualTo("big.tar");
    }

    @Test
    void a_build_that_says_how_long_its_starts_may_take_is_shown_with_it() {
        var says = api.build("says.tar", "{\"says\": \"it\"}", ", \"start_timeout\": 100");
        var silent = api.build("silent.tar", "{}");

        assertThat(Api.require(api.get("/builds/" + says))
                        .body()
                        .at("/build/start_timeout")
                        .asLong())
                .isEqualTo(100);
        assertThat(Api.require(api.get("/builds?tags_json=" + Api.encoded("{\"says\": \"it\"}")))
                        .body()
                        .at("/builds/0/start_timeout")
                        .asLong())
                .isEqualTo(100);
        assertThat(Api.require(api.get("/builds/" + silent))
                        .body()
                        .at("/build/start_timeout")
                        .isMissingNode())
                .isTrue();
    }

    @Test
    void an_upload_that_was_broken_off_goes_on_where_it_was() {
        var upload = prepare(Api.sha256(BYTES));
        upload.put(0);

        var tooEarly = upload.complete();
        assertThat(tooEarly.status()).isEqualTo(400);
        assertThat(tooEarly.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(tooEarly.text("/message")).isEqualTo("1 of 3 parts have been uploaded");

        upload.put(1);
        upload.put(2);
        Api.require(upload.complete());
    }

    @Test
    void a_part_that_came_twice_counts_as_it_came_last() throws Exception {
        var upload = prepare(Api.sha256(BYTES));
        Api.require(api.put(upload.urls().get(0), new byte[PART]));

        upload.putAll();
        Api.require(upload.complete());

        assertThat(content(upload.build())).isEqualTo(BYTES);
        assertThat(chunksOf(upload.build())).isEqualTo(3);
    }

    @Test
    void a_part_of_another_length_is_refused_and_leaves_nothing() {
        var upload = prepare(Api.sha256(BYTES));
        var before = database.contents();

        var short_ = api.put(upload.urls().get(0), new byte[PART - 1]);
        var long_ = api.put(upload.urls().get(0), new byte[PART + 1]);

        assertThat(short_.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(short_.text("/message")).isEqualTo("part 0: 1048575 bytes came (expected: 1048576)");
        assertThat(long_.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(long_.text("/message")).contains("more than 1048576");
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void bytes_that_are_not_what_was_promised_never_become_a_build() {
        var upload = prepare(Api.sha256(new byte[0]));
        upload.putAll();

        var answer = upload.complete();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(answer.field()).isEqualTo("image_file.sha256");
        assertThat(answer.text("/message")).contains(Api.sha256(BYTES)).contains(Api.sha256(new byte[0]));
        assertThat(upload.complete().code()).isEqualTo("UPLOAD_INVALID");
        assertThat(api.put(upload.urls().get(0), new byte[PART]).code()).isEqualTo("UPLOAD_INVALID");
        assertThat(api.post("/actors", "{\"tags\": {}, \"build\": \"%s\"}".formatted(upload.build()))
                        .code())
                .isEqualTo("ACTOR_FAILED_TO_CREATE");
    }

    @Test
    void completing_twice_changes_nothing_and_no_byte_is_taken_after_it() {
        var upload = prepare(Api.sha256(BYTES));
        upload.putAll();
        Api.require(upload.complete());
        var before = database.contents();

        Api.require(upload.complete());
        var late = api.put(upload.urls().get(0), new byte[PART]);

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("UPLOAD_INVALID");
        assertThat(database.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            parts/0?     | parts/1?              | 403 | API_FORBIDDEN           | signature
            parts/0?     | parts/7?              | 403 | API_FORBIDDEN           | signature
            signature=   | signature=A           | 403 | API_FORBIDDEN           | signature
            expires=     | expires=9             | 403 | API_FORBIDDEN           | signature
            expires=     | expires=x             | 400 | API_BAD_QUERY_PARAMETER | expires
            &signature=  | &sig=                 | 400 | API_BAD_QUERY_PARAMETER | signature
            """)
    void a_url_is_good_for_its_own_part_only(String from, String to, int status, String code, String field) {
        var url = prepare(Api.sha256(BYTES)).urls().getFirst();
        var before = database.contents();

        var answer = api.put(url.replace(from, to), new byte[PART]);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.field()).isEqualTo(field);
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void a_build_that_is_not_complete_is_not_listed() {
        var upload = prepare(Api.sha256(BYTES));
        Api.require(api.patch("/builds/" + upload.build() + "/tags", "{\"tags\": {\"list\": \"unready\"}}"));

        assertThat(listed("{\"list\": \"unready\"}")).isEmpty();

        upload.putAll();
        Api.require(upload.complete());
        assertThat(listed("{\"list\": \"unready\"}")).containsExactly(upload.build());
    }

    @Test
    void tags_are_set_and_removed_key_by_key() {
        var build = api.build("tags.tar", "{\"a\": \"1\", \"b\": \"2\"}");

        Api.require(api.patch("/builds/" + build + "/tags", "{\"tags\": {\"a\": null, \"c\": \"3\"}}"));

        assertThat(Api.require(api.get("/builds/" + build)).body().at("/build/tags"))
                .isEqualTo(Api.JSON.readTree("{\"b\": \"2\", \"c\": \"3\"}"));
    }

    @Test
    void current_moves_within_its_own_program_only() {
        var other = api.build("other.tar", "{\"name\": \"other\", \"current\": \"true\"}");
        var older = api.build("older.tar", "{\"name\": \"mine\", \"current\": \"true\"}");
        var newer = api.build("newer.tar", "{\"name\": \"mine\"}");

        current(newer);

        assertThat(listed("{\"name\": \"mine\", \"current\": \"true\"}")).containsExactly(newer);
        assertThat(listed("{\"name\": \"mine\"}")).containsExactly(newer, older);
        assertThat(listed("{\"name\": \"other\", \"current\": \"true\"}")).containsExactly(other);
    }

    /** Several movers and a reader: whenever the reader looks there is exactly one. */
    @Test
    void there_is_never_none_and_never_two_with_current() {
        var builds = IntStream.range(0, 6)
                .mapToObj(i -> api.build("moved-%d.tar".formatted(i), "{\"name\": \"moved\"}"))
                .toList();
        current(builds.getFirst());
        var movers = builds.stream()
                .map(build -> CompletableFuture.runAsync(() -> repeat(25, () -> current(build)), MOVERS))
                .toList();
        var moving = CompletableFuture.allOf(movers.toArray(CompletableFuture[]::new));

        do {
            assertThat(listed("{\"name\": \"moved\", \"current\": \"true\"}")).hasSize(1);
        } while (!moving.isDone());

        moving.join();
        assertThat(listed("{\"name\": \"moved\", \"current\": \"true\"}")).hasSize(1);
    }

    @Test
    void what_was_not_completed_in_time_is_removed_with_its_bytes() {
        var upload = prepare(Api.sha256(BYTES));
        upload.put(0);
        var kept = api.build("kept.tar", "{\"name\": \"kept\"}");

        database.jdbc()
                .sql("""
                        with parts as (update build_part set stored_at = stored_at - interval '2 hours'
                                       where build_id = any (cast(:ids as uuid[])))
                        update build set created_at = created_at - interval '2 hours' where id = any (cast(:ids as uuid[]))
                        """)
                .param("ids", "{%s,%s}".formatted(upload.build(), kept))
                .update();
        database.jdbc()
                .sql("update build_part set stored_at = stored_at - interval '2 hours' where build_id = :id::uuid")
                .param("id", upload.build())
                .update();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(api.get("/builds/" + upload.build()).code()).isEqualTo("BUILD_NOT_FOUND"));
        assertThat(chunksOf(upload.build())).isZero();
        Api.require(api.get("/builds/" + kept));
    }

    @Test
    void only_agents_are_given_the_bytes() {
        var build = api.build("secret.tar", "{\"name\": \"secret\"}");

        var answer = api.get("/link/builds/" + build + "/content");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("API_UNAUTHORIZED");
    }

    private record Upload(Api api, String build, List<String> urls, List<Integer> offsets) {

        void put(int part) {
            var end = Math.min(BYTES.length, (part + 1) * PART);
            Api.require(api.put(urls.get(part), Arrays.copyOfRange(BYTES, part * PART, end)));
        }

        void putAll() {
            for (int part = 0; part < urls.size(); part++) {
                put(part);
            }
        }

        Api.Answer complete() {
            return api.post("/builds/" + build + "/complete", "");
        }
    }

    private Upload prepare(String sha256) {
        var prepared = Api.require(api.post("/builds/prepare", """
                {"kind": "javascript", "image_file": {"path": "big.tar", "content_length": %d, "sha256": "%s"}}""".formatted(BYTES.length, sha256)));
        var parts = prepared.body().path("presigned_requests");
        return new Upload(
                api,
                prepared.text("/build"),
                parts.valueStream().map(part -> part.path("url").asString()).toList(),
                parts.valueStream()
                        .map(part -> part.path("byte_offset").asInt())
                        .toList());
    }

    private byte[] content(String build) throws Exception {
        var request = HttpRequest.newBuilder(controlPlane.uri().resolve("/link/builds/" + build + "/content"))
                .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
        }
    }

    private long chunksOf(String build) {
        return database.jdbc()
                .sql("select count(*) from build_chunk where build_id = cast(:build as uuid)")
                .param("build", build)
                .query(Long.class)
                .single();
    }

    private void current(String build) {
        Api.require(api.patch(
                "/builds/" + build + "/tags",
                "{\"tags\": {\"current\": \"true\"}, \"exclusive_tags\": [\"current\"]}"));
    }

    private List<String> listed(String tags) {
        return Api.require(api.get("/builds?tags_json=" + Api.encoded(tags)))
                .body()
                .path("builds")
                .valueStream()
                .map(build -> build.path("id").asString())
                .toList();
    }

    private static void repeat(int times, Runnable work) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }

    private static byte[] bytes(int size) {
        var bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
