package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest {

    private final StubServer server = new StubServer();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final RivetClient client =
            server.client().pauses((duration, _) -> pauses.add(duration)).build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void what_may_pass_is_tried_three_times(int status) {
        server.then(status, Samples.problem("X"))
                .then(status, Samples.problem("X"))
                .then(200, Samples.one("running"));

        client.actors().get(Samples.ID);

        assertThat(server.asked()).hasSize(3);
        assertThat(pauses).hasSize(2);
        assertThat(pauses.get(0)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1200));
        assertThat(pauses.get(1)).isBetween(Duration.ofMillis(1600), Duration.ofMillis(2400));
    }

    @Test
    void the_last_failure_is_the_one_that_is_told() {
        server.then(503, Samples.problem("A")).then(503, Samples.problem("B")).then(503, Samples.problem("C"));

        assertThatExceptionOfType(RivetException.Unavailable.class)
                .isThrownBy(() -> client.actors().get(Samples.ID))
                .satisfies(e -> assertThat(e.code()).isEqualTo("C"));
        assertThat(server.asked()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 501})
    void what_will_not_pass_is_tried_once(int status) {
        server.then(status, Samples.problem("X"));

        assertThatExceptionOfType(RivetException.class)
                .isThrownBy(() -> client.actors().get(Samples.ID));
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void a_broken_connection_is_tried_again() {
        server.thenNothing().then(200, "{}");

        client.actors().destroy(Samples.ID);

        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void a_create_is_repeated_under_the_same_key_and_another_create_has_another() {
        server.thenNothing().then(200, Samples.one("starting")).then(200, Samples.one("starting"));
        var request = CreateActor.withBuild(Samples.BUILD);

        client.actors().create(request);
        client.actors().create(request);

        var keys = server.asked().stream()
                .map(asked -> asked.header("Idempotency-Key"))
                .toList();
        assertThat(keys).hasSize(3).doesNotContain("");
        assertThat(keys.get(0)).isEqualTo(keys.get(1)).isNotEqualTo(keys.get(2));
    }

    @Test
    void the_callers_own_key_is_the_one_that_is_sent() {
        server.then(200, Samples.one("starting"));

        client.actors().create(CreateActor.withBuild(Samples.BUILD).idempotencyKey("order-7"));

        assertThat(server.asked().getFirst().header("Idempotency-Key")).isEqualTo("order-7");
    }

    @ParameterizedTest
    @MethodSource("onlyOnce")
    void what_may_have_had_its_effect_is_not_repeated(Consumer<RivetClient> call) {
        server.thenNothing();

        assertThatExceptionOfType(RivetException.Unavailable.class).isThrownBy(() -> call.accept(client));
        assertThat(server.asked()).hasSize(1);
        assertThat(pauses).isEmpty();
    }

    static Stream<Consumer<RivetClient>> onlyOnce() {
        return Stream.of(
                client -> client.actors().upgrade(Samples.ID, BuildSelector.id(Samples.BUILD)),
                client -> client.actors().upgradeAll(Map.of(), BuildSelector.id(Samples.BUILD)),
                client ->
                        client.builds().patchTags(Samples.BUILD, TagPatch.none().set("a", "1")));
    }

    @Test
    void the_server_says_when_to_come_back() {
        server.then(429, Samples.problem("API_RATE_LIMIT"), "Retry-After", "7").then(200, Samples.one("running"));

        client.actors().get(Samples.ID);

        assertThat(pauses).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void a_date_to_come_back_at_is_compared_with_the_servers_clock() {
        var headers = HttpHeaders.of(
                Map.of(
                        "date", List.of("Sat, 31 Jan 2026 12:00:00 GMT"),
                        "retry-after", List.of("Sat, 31 Jan 2026 12:00:30 GMT")),
                (_, _) -> true);

        var refusal = Refusals.of(503, headers, new byte[0]);

        assertThat(new RetryPolicy(1, () -> 0).pauseAfter(1, refusal)).contains(Duration.ofSeconds(30));
    }

    @Test
    void who_should_come_back_after_the_calls_end_hears_so_now() {
        server.then(429, Samples.problem("API_RATE_LIMIT"), "Retry-After", "3600");

        assertThatExceptionOfType(RivetException.RateLimited.class)
                .isThrownBy(() -> client.actors().get(Samples.ID))
                .satisfies(e -> assertThat(e.retryAfter()).contains(Duration.ofHours(1)));
        assertThat(pauses).isEmpty();
    }

    @Test
    void pauses_double_up_to_a_minute() {
        var policy = new RetryPolicy(10, () -> 0.5);
        var failure = new RivetException.Unavailable(RivetException.Failure.ofClient("X", "x"), null, null);

        var seconds = Stream.iterate(1, n -> n + 1)
                .limit(11)
                .map(attempt -> policy.pauseAfter(attempt, failure))
                .toList();

        assertThat(seconds.get(0)).contains(Duration.ofSeconds(1));
        assertThat(seconds.get(5)).contains(Duration.ofSeconds(32));
        assertThat(seconds.get(6)).contains(Duration.ofSeconds(60));
        assertThat(seconds.get(9)).contains(Duration.ofSeconds(60));
        assertThat(seconds.get(10)).isEmpty();
    }
}
