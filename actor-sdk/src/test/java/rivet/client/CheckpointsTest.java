package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckpointsTest {

    private static final String PATH = "/actors/" + Samples.ID + "/checkpoints";
    private static final String WHOLE = """
            {"number": 2, "cause": "asked", "taken_at": "2026-11-27T07:10:41Z", "generation": 1,
             "kv": {"entries": 812, "bytes": 98304}, "dir": {"bytes": 1258291, "stored_bytes": 401203}}""";
    private static final String OF_THE_STORE = """
            {"number": 3, "cause": "before_restore", "taken_at": "2026-11-27T07:12:03Z", "generation": 4,
             "kv": {"entries": 1, "bytes": 9}, "restores": 2}""";

    private final StubServer server = new StubServer();
    private final RivetClient client = server.client().build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void they_are_listed_with_what_is_in_them() {
        server.then(200, "{\"checkpoints\": [%s, %s]}".formatted(OF_THE_STORE, WHOLE));

        assertThat(client.checkpoints().list(Samples.ID))
                .containsExactly(
                        new Checkpoint(
                                3,
                                "before_restore",
                                Instant.parse("2026-11-27T07:12:03Z"),
                                4,
                                new Checkpoint.Kv(1, 9),
                                null,
                                2L),
                        new Checkpoint(
                                2,
                                "asked",
                                Instant.parse("2026-11-27T07:10:41Z"),
                                1,
                                new Checkpoint.Kv(812, 98_304),
                                new Checkpoint.Dir(1_258_291, 401_203),
                                null));
        assertThat(server.lines()).containsExactly("GET " + PATH);
    }

    @Test
    void one_is_taken_and_brought_back() {
        server.then(200, "{\"checkpoint\": %s}".formatted(WHOLE))
                .then(200, "{\"checkpoint\": %s, \"undo\": 7, \"lost\": \"files\"}".formatted(WHOLE));

        long taken = client.checkpoints().take(Samples.ID).number();
        var restored = client.checkpoints().restore(Samples.ID, taken);

        assertThat(server.lines()).containsExactly("POST " + PATH, "POST " + PATH + "/2/restore");
        assertThat(restored.checkpoint().number()).isEqualTo(2);
        assertThat(restored.undo()).isEqualTo(7);
        assertThat(restored.lost()).isEqualTo("files");
    }

    @Test
    void restore_of_one_that_does_not_sleep_is_a_conflict_and_not_repeated() {
        server.then(409, Samples.problem("ACTOR_NOT_ASLEEP"));

        assertThatExceptionOfType(RivetException.Conflict.class)
                .isThrownBy(() -> client.checkpoints().restore(Samples.ID, 2))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("ACTOR_NOT_ASLEEP"));
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void server_that_is_busy_is_not_asked_again_for_a_second_checkpoint() {
        server.then(503, Samples.problem("CHECKPOINTS_BUSY"), "Retry-After", "2");

        assertThatExceptionOfType(RivetException.Unavailable.class)
                .isThrownBy(() -> client.checkpoints().take(Samples.ID))
                .satisfies(busy -> assertThat(busy.retryAfter()).isPresent());
        assertThat(server.asked()).hasSize(1);
    }
}
