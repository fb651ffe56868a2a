package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.controlplane.Api.Answer;

@ControlPlaneTest("rivet.loops.prune-interval=100ms")
class IdempotencyTest {

    private final Api api;
    private final TestDatabase database;
    private final String build;

    IdempotencyTest(Api api, TestDatabase database) {
        this.api = api;
        this.database = database;
        this.build = api.build("counter.js", "{\"name\": \"counter\"}");
    }

    @Test
    void a_repeated_create_is_answered_with_the_same_actor() {
        var first = create("again", "{\"tags\": {\"a\": \"1\", \"b\": \"2\"}, \"build\": \"%s\"}");
        var same = create("again", "{ \"region\": null, \"build\": \"%s\", \"tags\": {\"b\": \"2\", \"a\": \"1\"}}");

        assertThat(id(same)).isEqualTo(id(first));
        assertThat(actorsWith("a")).isEqualTo(1);
    }

    @Test
    void another_request_with_the_same_key_is_refused() {
        Api.require(create("other", "{\"tags\": {\"x\": \"1\"}, \"build\": \"%s\"}"));
        var before = database.contents();

        var other = create("other", "{\"tags\": {\"x\": \"2\"}, \"build\": \"%s\"}");
        var elsewhere = send("other", api.json("/builds/prepare").POST(BodyPublishers.ofString(upload())));

        for (var refused : new Answer[] {other, elsewhere}) {
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        }
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void concurrent_repetitions_create_one_actor() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, 30)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(
                            () -> create("at-once", "{\"tags\": {\"at-once\": \"1\"}, \"build\": \"%s\"}"), threads))
                    .toList();

            assertThat(calls.stream()
                            .map(CompletableFuture::join)
                            .map(IdempotencyTest::id)
                            .distinct())
                    .hasSize(1);
        }
        assertThat(actorsWith("at-once")).isEqualTo(1);
    }

    @Test
    void a_request_that_waits_too_long_for_another_of_its_key_is_told_so() throws SQLException {
        var body = "{\"tags\": {\"held\": \"1\"}, \"build\": \"%s\"}";
        try (var other = DriverManager.getConnection(database.url(), database.user(), database.password());
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("""
                    insert into idempotency_key (environment_id, key, fingerprint)
                    select id, 'held', repeat('0', 64) from environment
                    """);

            var refused = create("held", body);

            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("IDEMPOTENCY_KEY_IN_USE");
            other.rollback();
        }
        assertThat(create("held", body).status()).isEqualTo(200);
        assertThat(actorsWith("held")).isEqualTo(1);
    }

    @Test
    void a_refused_request_does_not_use_up_its_key() {
        assertThat(create("mended", "{\"tags\": {}, \"build\": \"%s\", \"region\": \"nowhere\"}")
                        .status())
                .isEqualTo(404);

        assertThat(create("mended", "{\"tags\": {\"mended\": \"1\"}, \"build\": \"%s\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_answer_stays_when_the_world_has_changed() {
        var tagged = api.build("short.js", "{\"name\": \"short\"}");
        var body = "{\"tags\": {}, \"build_tags\": {\"name\": \"short\"}}";
        var first = create("late", body);
        Api.require(api.patch("/builds/" + tagged + "/tags", "{\"tags\": {\"name\": null}}"));

        assertThat(api.post("/actors", body).status()).isEqualTo(404);
        assertThat(id(create("late", body))).isEqualTo(id(first));
    }

    @Test
    void a_repeated_get_or_create_names_the_actor_of_then_and_not_of_now() {
        var body = "{\"tags\": {}, \"build\": \"%s\", \"key\": \"room\"}".formatted(build);
        var first = send("room", api.json("/actors").PUT(BodyPublishers.ofString(body)));
        Api.require(api.delete("/actors/" + id(first)));
        Api.require(api.send(api.json("/actors").PUT(BodyPublishers.ofString(body))));

        var again = send("room", api.json("/actors").PUT(BodyPublishers.ofString(body)));

        assertThat(id(again)).isEqualTo(id(first));
        assertThat(again.body().at("/created").asBoolean()).isTrue();
        assertThat(again.text("/actor/state")).isEqualTo("destroyed");
    }

    @Test
    void a_repeated_prepare_is_answered_with_the_same_build() {
        var first = send("upload", api.json("/builds/prepare").POST(BodyPublishers.ofString(upload())));
        var again = send("upload", api.json("/builds/prepare").POST(BodyPublishers.ofString(upload())));

        assertThat(Api.require(again).text("/build"))
                .isEqualTo(Api.require(first).text("/build"));
        assertThat(again.text("/presigned_requests/0/url")).isNotEmpty();
    }

    @Test
    void a_repeated_destroy_is_done_once_and_means_one_actor() {
        var actor = id(create("doomed", "{\"tags\": {}, \"build\": \"%s\"}"));
        var other = id(create("spared", "{\"tags\": {}, \"build\": \"%s\"}"));

        for (int i = 0; i < 2; i++) {
            assertThat(send("end", api.request("/actors/" + actor).DELETE()).status())
                    .isEqualTo(200);
        }

        assertThat(send("end", api.request("/actors/" + other).DELETE()).status())
                .isEqualTo(422);
        assertThat(send(
                                "end",
                                api.request("/actors/" + actor + "?override_kill_timeout=1")
                                        .DELETE())
                        .status())
                .isEqualTo(422);
        assertThat(api.get("/actors/" + other).text("/actor/state")).isEqualTo("pending");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb", "LONG"})
    void a_hostile_key_is_refused_and_changes_nothing(String key) {
        var before = database.contents();

        var refused = create(key.equals("LONG") ? "k".repeat(256) : key, "{\"tags\": {}, \"build\": \"%s\"}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("API_BAD_HEADER");
        assertThat(refused.field()).isEqualTo("Idempotency-Key");
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void a_key_of_255_characters_is_one() {
        assertThat(create("'; drop table actor; --" + "k".repeat(232), "{\"tags\": {}, \"build\": \"%s\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void keys_are_forgotten_after_a_day_and_not_before() {
        Api.require(create("old", "{\"tags\": {}, \"build\": \"%s\"}"));
        Api.require(create("young", "{\"tags\": {}, \"build\": \"%s\"}"));

        age("young", "23 hours 59 minutes");
        age("old", "24 hours 1 second");

        await().until(() -> keys("old") == 0);
        assertThat(keys("young")).isEqualTo(1);
    }

    private void age(String key, String by) {
        database.jdbc()
                .sql("update idempotency_key set created_at = created_at - cast(:by as interval) where key = :key")
                .param("key", key)
                .param("by", by)
                .update();
    }

    private long keys(String key) {
        return database.jdbc()
                .sql("select count(*) from idempotency_key where key = :key")
                .param("key", key)
                .query(Long.class)
                .single();
    }

    private Answer create(String key, String body) {
        return send(key, api.json("/actors").POST(BodyPublishers.ofString(body.formatted(build))));
    }

    private Answer send(String key, HttpRequest.Builder request) {
        return api.send(request.header("Idempotency-Key", key));
    }

    private static String upload() {
        return "{\"image_file\": {\"path\": \"a.js\", \"content_length\": 3}, \"kind\": \"javascript\"}";
    }

    private static String id(Answer answer) {
        return Api.require(answer).text("/actor/id");
    }

    private long actorsWith(String tag) {
        return database.jdbc()
                .sql("select count(*) from actor where jsonb_exists(tags, :tag)")
                .param("tag", tag)
                .query(Long.class)
                .single();
    }
}
