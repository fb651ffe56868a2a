package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorsTest {

    private final StubServer server = new StubServer();
    private final RivetClient client = server.client().retries(0).build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, Invalid", "401, Unauthorized", "403, Forbidden", "404, NotFound", "408, TimedOut", "409, Conflict",
        "413, Invalid", "422, Invalid", "429, RateLimited", "500, ServerFault", "501, ServerFault", "502, Unavailable",
        "503, Unavailable", "504, Unavailable"
    })
    void each_status_is_what_it_means(int status, String type) {
        server.then(status, Samples.problem("THE_CODE"));

        assertThatExceptionOfType(RivetException.class)
                .isThrownBy(() -> client.actors().get(Samples.ID))
                .withMessage("THE_CODE: no (ray ray-1)")
                .satisfies(e -> {
                    assertThat(e.getClass().getSimpleName()).isEqualTo(type);
                    assertThat(e.code()).isEqualTo("THE_CODE");
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.rayId()).contains("ray-1");
                });
    }

    @Test
    void what_is_invalid_names_the_field_and_what_was_expected() {
        server.then(400, """
                {"code": "API_BAD_BODY", "message": "bad", "ray_id": "r",
                 "metadata": {"field": "lifecycle.kill_timeout", "expected": "0 to 7200000"}}
                """);

        assertThatExceptionOfType(RivetException.Invalid.class)
                .isThrownBy(() -> client.actors().create(CreateActor.withBuild(Samples.BUILD)))
                .satisfies(e -> {
                    assertThat(e.field()).contains("lifecycle.kill_timeout");
                    assertThat(e.expected()).contains("0 to 7200000");
                });
    }

    @Test
    void an_answer_in_a_load_balancers_own_shape_is_told_by_its_status() {
        server.then(502, "<html>Bad Gateway</html>", "rvt-ray-id", "ray-2");

        assertThatExceptionOfType(RivetException.Unavailable.class)
                .isThrownBy(() -> client.actors().get(Samples.ID))
                .satisfies(e -> assertThat(e.code()).isEqualTo("HTTP_502"))
                .satisfies(e -> assertThat(e.rayId()).contains("ray-2"));
    }

    @Test
    void an_answer_that_is_not_an_actor_is_the_servers_fault() {
        server.then(200, "{\"actor\": {}}").then(200, "hello");

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(RivetException.ServerFault.class)
                    .isThrownBy(() -> client.actors().get(Samples.ID))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("CLIENT_BAD_ANSWER"));
        }
    }

    @Test
    void no_server_is_unavailable() {
        server.close();

        assertThatExceptionOfType(RivetException.Unavailable.class)
                .isThrownBy(() -> client.regions().list())
                .satisfies(e -> assertThat(e.status()).isZero());
    }

    @Test
    void a_server_that_stalls_in_the_middle_of_its_answer_is_not_waited_for() throws Exception {
        var end = new CountDownLatch(1);
        server.then(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitQuietly(end);
        });

        try (var impatient = server.client().callTimeout(Duration.ofMillis(200)).build()) {
            assertThatExceptionOfType(RivetException.TimedOut.class)
                    .isThrownBy(() -> impatient.actors().get(Samples.ID));
        } finally {
            end.countDown();
        }
    }

    @Test
    void an_interrupted_call_ends_and_the_thread_stays_interrupted() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> client.actors().get(Samples.ID));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void calls_can_be_made_without_blocking_and_be_cancelled() {
        server.then(200, Samples.one("running"));
        var end = new CountDownLatch(1);
        server.then(_ -> awaitQuietly(end));

        var state = client.async(c -> c.actors().get(Samples.ID)).thenApply(Actor::state);
        assertThat(state.join()).isEqualTo(ActorState.RUNNING);

        var ended = new CountDownLatch(1);
        var call = client.async(c -> {
            try {
                return c.actors().get(Samples.ID);
            } finally {
                ended.countDown();
            }
        });
        Awaitility.await().until(() -> server.asked().size() == 2);
        assertThat(call.cancel(true)).isTrue();
        Awaitility.await().until(() -> ended.getCount() == 0);
        end.countDown();
    }

    @Test
    void a_closed_client_says_so() {
        client.close();

        assertThatIllegalStateException().isThrownBy(() -> client.regions().list());
    }

    @Test
    void every_request_carries_the_token_and_where_it_belongs() {
        server.then(200, "{\"regions\": []}");
        var variables = Map.of(
                "RIVET_ENDPOINT", server.uri() + "/",
                "RIVET_TOKEN", " secret ",
                "RIVET_PROJECT", "p",
                "RIVET_ENVIRONMENT", "a&b");

        try (var configured = new RivetClient.Builder(variables).build()) {
            assertThat(configured.regions().list()).isEmpty();
        }

        assertThat(server.lines()).containsExactly("GET /regions?project=p&environment=a%26b");
        assertThat(server.asked().getFirst().header("Authorization")).isEqualTo("Bearer secret");
    }

    @Test
    void settings_that_cannot_be_right_are_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.client().project("p").build())
                .withMessageContaining("environment");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> server.client().endpoint(URI.create("ftp://x")).build())
                .withMessageContaining("endpoint");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.client()
                        .endpoint(URI.create("http://me:secret@x"))
                        .build())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.client().callTimeout(Duration.ZERO).build())
                .withMessageContaining("callTimeout");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
