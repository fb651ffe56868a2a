package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.agent.proxy.RawConnection.Answer;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;
import rivet.protocol.PortLimits.Rate;

/** What a port's creator lets clients do, and what they hear who do more. */
class LimitsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static final Rate TWO_AN_HOUR = new Rate(2, 3_600_000);

    private static PortLimits concurrency(int most) {
        return new PortLimits(most, null, null, null, null, null, null, null);
    }

    private static PortLimits rates(@Nullable Rate client, @Nullable Rate token) {
        return new PortLimits(null, client, token, null, null, null, null, null);
    }

    private static PortLimits body(long most) {
        return new PortLimits(null, null, null, most, null, null, null, null);
    }

    private static PortLimits header(int most) {
        return new PortLimits(null, null, null, null, most, null, null, null);
    }

    private static PortLimits times(@Nullable Long idleMs, @Nullable Long requestMs, @Nullable Long streamMs) {
        return new PortLimits(null, null, null, null, null, idleMs, requestMs, streamMs);
    }

    private static String post(String fields, String body) {
        return "POST " + path("/") + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n" + body;
    }

    private static String upgrade() {
        return get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    }

    private static RawActor swallowing(int many) {
        return RawActor.recording((connection, _) -> {
            connection.read(many);
            connection.send(OK);
        });
    }

    private static void assertRefused(ProxyUnderTest proxy, Answer answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
        assertThat(proxy.proxy().counters().ended())
                .anyMatch(ended -> ended.cause().equals(code));
    }

    /** How many connections of a changed protocol the proxy has ended so. */
    private static long cut(ProxyUnderTest proxy, String cause) {
        for (var ended : proxy.proxy().counters().ended()) {
            if (ended.statusClass().equals("1xx") && ended.cause().equals(cause)) {
                return ended.count();
            }
        }
        return 0;
    }

    @Test
    void only_so_many_requests_at_once() throws IOException {
        CompletableFuture<Void> release = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.contains("upgrade")) {
                        connection.send(SWITCHING);
                    } else {
                        release.join();
                        connection.send(OK);
                    }
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, concurrency(2));
                RawConnection socket = proxy.connect();
                RawConnection first = proxy.connect();
                RawConnection second = proxy.connect()) {
            socket.send(upgrade());
            assertThat(socket.readHead()).contains("101");
            first.send(get("/"));
            await().until(() -> actor.heads().size() == 2);

            Answer refused = second.send(get("/")).answer();

            assertRefused(proxy, refused, 429, "concurrency_limit");
            assertThat(refused.head()).contains("\r\nretry-after: 1\r\n");
            release.complete(null);
            assertThat(first.answer().body()).isEqualTo("ok");
            assertThat(second.send(get("/")).answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void only_so_many_requests_of_one_client() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, rates(TWO_AN_HOUR, null))) {
            for (int i = 0; i < 2; i++) {
                try (RawConnection client = proxy.connect()) {
                    assertThat(client.send(get("/")).answer().status()).isEqualTo(200);
                }
            }
            try (RawConnection client = proxy.connect()) {
                Answer refused = client.send(get("/")).answer();

                assertRefused(proxy, refused, 429, "client_rate_limit");
                assertThat(refused.head()).containsPattern("\r\nretry-after: 1[78]\\d\\d\r\n");
            }
            assertThat(actor.heads()).hasSize(2);
        }
    }

    @Test
    void the_client_of_a_request_that_another_agent_hands_on_is_not_that_agent() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = TwoProxies.start(settings -> settings.withBelieveForwarding(true))) {
            both.owner.limited(actor, rates(TWO_AN_HOUR, null));
            for (String client : List.of("203.0.113.1", "203.0.113.2")) {
                String request = get("/").replace("\r\n\r\n", "\r\nX-Forwarded-For: 6.6.6.6, " + client + "\r\n\r\n");
                try (RawConnection connection = both.connect()) {
                    for (int i = 0; i < 2; i++) {
                        assertThat(connection.send(request).answer().status()).isEqualTo(200);
                    }
                    Answer refused = connection.send(request).answer();

                    assertRefused(both.owner, refused, 429, "client_rate_limit");
                    assertThat(refused.head()).contains("\r\nretry-after: 1");
                }
            }
            assertThat(actor.heads()).hasSize(4).noneMatch(head -> head.contains("x-rivet-"));
        }
    }

    @Test
    void clients_are_not_believed_who_they_are() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, rates(TWO_AN_HOUR, null));
                RawConnection client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                String claims = "\r\nX-Forwarded-For: 6.6.6.%d\r\nX-Rivet-Client: 6.6.6.%d\r\n\r\n".formatted(i, i);
                int status = client.send(get("/").replace("\r\n\r\n", claims))
                        .answer()
                        .status();

                assertThat(status).isEqualTo(i < 2 ? 200 : 429);
            }
        }
    }

    @Test
    void only_so_many_requests_with_one_token() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            proxy.guarded(actor, new PortGuard.Bearer(GuardTest.sha256("good")), rates(null, TWO_AN_HOUR));
            for (String token : List.of("bad", "good", "good")) {
                client.send(get("/").replace("\r\n\r\n", "\r\nAuthorization: Bearer " + token + "\r\n\r\n"));
                assertThat(client.answer().status()).isEqualTo(token.equals("bad") ? 401 : 200);
            }
            client.send(get("/").replace("\r\n\r\n", "\r\nAuthorization: Bearer good\r\n\r\n"));

            assertRefused(proxy, client.answer(), 429, "token_rate_limit");
        }
    }

    @Test
    void a_body_that_says_it_is_too_long_does_not_reach_the_actor() throws IOException {
        try (RawActor actor = swallowing(5);
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, body(5));
                RawConnection client = proxy.connect();
                RawConnection more = proxy.connect()) {
            assertThat(client.send(post("Content-Length: 5", "12345")).answer().status())
                    .isEqualTo(200);

            Answer refused = more.send(post("Content-Length: 6", "123456")).answer();

            assertRefused(proxy, refused, 413, "body_too_large");
            assertThat(refused.body())
                    .contains("5 bytes that its port allows (limits.body_bytes)")
                    .contains("\"limit\":\"body_bytes\"", "\"most_bytes\":5");
            assertThat(actor.heads()).hasSize(1);
        }
    }

    @Test
    void a_body_that_turns_out_to_be_too_long_is_cut() throws IOException {
        String five = "2\r\n12\r\n3\r\n345\r\n";
        try (RawActor actor = swallowing((five + "0\r\n\r\n").length());
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, body(5));
                RawConnection client = proxy.connect();
                RawConnection more = proxy.connect()) {
            assertThat(client.send(post("Transfer-Encoding: chunked", five + "0\r\n\r\n"))
                            .answer()
                            .status())
                    .isEqualTo(200);

            Answer refused = more.send(post("Transfer-Encoding: chunked", five + "1\r\n6\r\n"))
                    .answer();

            assertRefused(proxy, refused, 413, "body_too_large");
            assertThat(more.ended()).isTrue();
        }
    }

    @Test
    void a_head_that_is_too_long_does_not_reach_the_actor() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, header(300));
                RawConnection client = proxy.connect()) {
            assertThat(client.send(get("/")).answer().status()).isEqualTo(200);

            client.send(get("/").replace("\r\n\r\n", "\r\nX-Long: " + "x".repeat(250) + "\r\n\r\n"));

            Answer refused = client.answer();
            assertRefused(proxy, refused, 431, "head_too_large");
            assertThat(refused.body()).contains("300 bytes", "limits.header_bytes");
            assertThat(actor.heads()).hasSize(1);
        }
    }

    @Test
    void a_request_and_a_socket_that_are_silent_are_ended() throws IOException {
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.contains("upgrade")) {
                        connection.send(SWITCHING);
                    }
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, times(300L, null, null));
                RawConnection client = proxy.connect();
                RawConnection socket = proxy.connect()) {
            assertRefused(proxy, client.send(get("/")).answer(), 504, "actor_silent");

            socket.send(upgrade());
            assertThat(socket.readHead()).contains("101");
            assertThat(socket.readAll()).isEqualTo(WebSocketEndTest.close(1001, "idle"));
            assertThat(cut(proxy, "idle")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1", "Content-Length: 0"})
    void a_request_lasts_so_long_and_then_whoever_is_late_is_named(String length) throws IOException {
        boolean owes = length.endsWith("1");
        try (RawActor actor = RawActor.recording((connection, _) -> connection.read(100));
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, times(null, 300L, null));
                RawConnection client = proxy.connect()) {
            Answer answer = client.send(post(length, "")).answer();

            assertRefused(proxy, answer, owes ? 408 : 504, owes ? "body_timeout" : "request_over");
        }
    }

    @Test
    void an_answer_that_does_not_end_is_broken_off() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        connection.send("1\r\nx\r\n");
                    }
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, times(null, 300L, 3_600_000L));
                RawConnection client = proxy.connect()) {
            assertThat(client.send(get("/")).readAll())
                    .startsWith("HTTP/1.1 200")
                    .doesNotEndWith("\r\n0\r\n\r\n");
            assertThat(proxy.proxy().counters().ended())
                    .anyMatch(ended -> ended.cause().equals("request_over"));
        }
    }

    @Test
    void streams_have_a_time_of_their_own() throws IOException {
        try (RawActor actor = RawActor.recording(
                        (connection, head) -> connection.send(head.contains("upgrade") ? SWITCHING : EVENTS));
                ProxyUnderTest proxy = ProxyUnderTest.start().limited(actor, times(null, 1L, 600L));
                RawConnection socket = proxy.connect();
                RawConnection events = proxy.connect()) {
            socket.send(upgrade());
            assertThat(socket.readHead()).contains("101");
            assertThat(socket.readAll()).isEqualTo(WebSocketEndTest.close(1001, "stream_over"));
            assertThat(cut(proxy, "stream_over")).isEqualTo(1);

            events.send(get("/"));
            assertThat(events.readHead()).contains("200");
            assertThat(events.readAll()).isEmpty();
            assertThat(proxy.proxy().counters().ended())
                    .anyMatch(ended -> ended.cause().equals("stream_over"));
        }
    }

    @Test
    void a_body_that_drips_is_cut() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> connection.read(1_000_000));
                ProxyUnderTest proxy = ProxyUnderTest.start(
                                settings -> settings.withTimes(settings.times().withStall(Duration.ofMillis(500)))
                                        .withLimits(settings.limits().withMinBodyRate(10_000)))
                        .ready(actor);
                RawConnection client = proxy.connect()) {
            client.send(post("Content-Length: 1000000", ""));
            Thread dripping = Thread.startVirtualThread(() -> drip(client));

            assertRefused(proxy, client.answer(), 408, "body_timeout");
            dripping.interrupt();
        }
    }

    private static void drip(RawConnection client) {
        try {
            while (!Thread.interrupted()) {
                client.send("x");
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            // it was cut, or is not needed any more
        }
    }

    @Test
    void a_body_that_comes_fast_enough_is_not() throws IOException {
        int many = 200_000;
        try (RawActor actor = swallowing(many);
                ProxyUnderTest proxy = ProxyUnderTest.start(settings ->
                                settings.withLimits(settings.limits().withMinBodyRate(10_000)))
                        .ready(actor);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(post("Content-Length: " + many, "x".repeat(many)))
                            .answer()
                            .body())
                    .isEqualTo("ok");
        }
    }
}
