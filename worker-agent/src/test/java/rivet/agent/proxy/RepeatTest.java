package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.agent.proxy.ActorRoute.Status;

/** What becomes of the requests that an actor has when it ends. */
class RepeatTest {

    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static String request(String method, int bodyBytes) {
        return "%s %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(method, path("/"), bodyBytes, "x".repeat(bodyBytes));
    }

    private static RawActor dying(int bodyBytes, Runnable asked) {
        return RawActor.serving(connection -> {
            connection.readHead();
            connection.read(bodyBytes);
            asked.run();
        });
    }

    private static RawActor counting(int bodyBytes) {
        return RawActor.recording((connection, _) -> {
            int read = connection.read(bodyBytes).length();
            String body = Integer.toString(read);
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
    void what_may_be_done_twice_is_done_by_the_next_copy_with_its_body(String method) throws IOException {
        try (RawActor next = counting(2_000);
                ProxyUnderTest proxy = ProxyUnderTest.start();
                RawActor dies = dying(2_000, () -> proxy.route(1, Status.CRASHED, 0));
                RawConnection client = proxy.connect()) {
            proxy.ready(dies);

            client.send(request(method, 2_000));
            await().until(() -> proxy.proxy().heldRequests() == 1);
            proxy.route(2, Status.READY, next.port());

            assertThat(client.answer().body()).isEqualTo("2000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void what_must_not_be_done_twice_is_told_so(String method) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (RawActor dies = dying(10, asked::incrementAndGet);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(dies);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(request(method, 10)).answer().body()).contains("\"actor_closed\"");
            assertThat(asked).hasValue(1);
        }
    }

    /** An actor that closes its first connection when it is told to, after an answer. */
    private static RawActor hangingUp(CompletableFuture<Void> hangUp, CompletableFuture<Void> hungUp) {
        return RawActor.serving(connection -> {
            do {
                connection.readHead();
                connection.read(2);
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            } while (hungUp.isDone());
            hangUp.join();
            connection.close();
            hungUp.complete(null);
        });
    }

    @Test
    void what_must_not_be_done_twice_is_not_sent_to_who_has_just_hung_up() throws IOException {
        CompletableFuture<Void> hangUp = new CompletableFuture<>();
        CompletableFuture<Void> hungUp = new CompletableFuture<>();
        try (RawActor actor = hangingUp(hangUp, hungUp);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(request("POST", 2)).answer().body()).isEqualTo("ok");

            proxy.mayServe(
                    () -> { // the event loop has not heard the end when it looks for a connection
                        hangUp.complete(null);
                        hungUp.join();
                        return true;
                    });

            assertThat(client.send(request("POST", 2)).answer().body()).isEqualTo("ok");
            assertThat(actor.accepted()).isEqualTo(2);
        }
    }

    @Test
    void it_is_sent_on_a_new_connection_where_an_actor_hangs_up_without_a_word() throws IOException {
        CompletableFuture<Void> hangUp = new CompletableFuture<>();
        CompletableFuture<Void> hungUp = new CompletableFuture<>();
        try (RawActor actor = hangingUp(hangUp, hungUp);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(request("POST", 2)).answer().body()).isEqualTo("ok");
            hangUp.complete(null);
            hungUp.join();
            assertThat(client.send(request("PUT", 2)).answer().body()).isEqualTo("ok");
            assertThat(client.send(request("PUT", 2)).answer().body()).isEqualTo("ok");
            assertThat(actor.accepted()).isEqualTo(2);

            assertThat(client.send(request("POST", 2)).answer().body()).isEqualTo("ok");

            assertThat(actor.accepted()).isEqualTo(3);
        }
    }

    @Test
    void a_request_whose_connections_an_actor_closes_comes_three_times() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (RawActor dies = dying(0, asked::incrementAndGet);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(dies);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(get("/")).answer().body()).contains("\"actor_closed\"");
            assertThat(asked).hasValue(3);
        }
    }

    @Test
    void a_request_that_actors_die_of_ends_two_of_them() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawActor second = dying(0, asked::incrementAndGet);
                RawActor first = dying(0, () -> {
                    asked.incrementAndGet();
                    proxy.route(2, Status.READY, second.port());
                });
                RawConnection client = proxy.connect()) {
            proxy.ready(first);

            assertThat(client.send(get("/")).answer().body()).contains("\"actor_closed\"");
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void and_not_more_often_where_two_proxies_could_repeat_it() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (RawActor dies = dying(0, asked::incrementAndGet);
                TwoProxies both = TwoProxies.ready(dies);
                RawConnection client = both.connect()) {
            assertThat(client.send(get("/")).answer().body()).contains("\"actor_closed\"");
            assertThat(asked).hasValue(3);
        }
    }

    @Test
    void a_body_that_is_too_long_to_be_kept_is_not_sent_again() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try (RawActor dies = dying(100_000, asked::incrementAndGet);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(dies);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(request("PUT", 100_000)).answer().body()).contains("\"actor_closed\"");
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void a_stop_waits_for_what_has_an_end_of_its_own() throws IOException {
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.contains("upgrade")) {
                        connection.send(SWITCHING);
                    } else if (head.contains("/events")) {
                        connection.send(EVENTS);
                    }
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection socket = proxy.connect();
                RawConnection events = proxy.connect()) {
            socket.send(get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"));
            assertThat(socket.readHead()).contains("101");
            events.send(get("/events"));
            assertThat(events.readHead()).contains("200");
            assertThat(proxy.proxy().hasUnanswered(ACTOR, 1)).isFalse();

            try (RawConnection client = proxy.connect()) {
                client.send(get("/"));
                await().until(() -> proxy.proxy().hasUnanswered(ACTOR, 1));
                proxy.route(1, Status.STOPPING, 0);

                assertThat(proxy.proxy().hasUnanswered(ACTOR, 1)).isTrue();
                assertThat(proxy.proxy().hasUnanswered(ACTOR, 2)).isFalse();
            }
            await().until(() -> !proxy.proxy().hasUnanswered(ACTOR, 1));
        }
    }
}
