package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.SELF;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.RawConnection.Answer;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

class HoldingTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static ProxyUnderTest holdingFor(Duration hold) {
        return ProxyUnderTest.start(ProxyUnderTest.times(times -> times.withHold(hold)));
    }

    private static void awaitHeld(ProxyUnderTest proxy, int many) {
        await().until(() -> proxy.proxy().held().count(), count -> count == many);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"STARTING", "CRASHED"})
    void a_request_waits_for_its_actor_and_then_takes_its_body_along(Status status) throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.read(5);
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().route(status, actor.port());
                RawConnection client = proxy.connect()) {
            client.send("POST " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
            awaitHeld(proxy, 1);
            client.send("lo");
            assertThat(actor.accepted()).isZero();

            proxy.ready(actor);

            assertThat(client.answer().body()).isEqualTo("ok");
            assertThat(proxy.proxy().held().count()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"STARTING, starting", "CRASHED, crash_loop"})
    void waiting_ends_with_the_reason_and_when_to_try_again(Status status, String code) throws IOException {
        try (ProxyUnderTest proxy = holdingFor(Duration.ofMillis(200)).route(status, 1);
                RawConnection client = proxy.connect()) {
            Answer answer = client.send(get("/")).answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.head()).contains("\r\nretry-after: ").contains("content-type: application/json");
            assertThat(answer.body()).contains("\"code\":\"" + code + "\"", "\"message\":", "\"ray_id\":");
            assertThat(client.send(get("/")).answer().status()).isEqualTo(503);
        }
    }

    @Test
    void a_stopping_actor_gets_no_new_requests_but_ends_those_it_has() throws Exception {
        CompletableFuture<Void> release = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    release.join();
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection early = proxy.connect();
                RawConnection late = proxy.connect()) {
            early.send(get("/"));
            await().until(() -> !actor.heads().isEmpty());
            proxy.locate(ACTOR, new ActorLocation(ACTOR, "stopping", SELF, null));

            proxy.route(Status.STOPPING, actor.port());

            Answer refused = late.send(get("/")).answer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"stopping\"");
            release.complete(null);
            assertThat(early.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void held_requests_hear_of_a_stop_at_once() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start().route(Status.STARTING, 1);
                RawConnection client = proxy.connect()) {
            client.send(get("/"));
            awaitHeld(proxy, 1);
            proxy.locate(ACTOR, new ActorLocation(ACTOR, "stopping", SELF, null));

            proxy.route(Status.STOPPING, 1);

            assertThat(client.answer().body()).contains("\"stopping\"");
        }
    }

    @Test
    void a_stop_that_a_start_follows_is_waited_for() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().route(1, Status.STOPPING, 1);
                RawConnection client = proxy.connect()) {
            proxy.locate(ACTOR, new ActorLocation(ACTOR, "restarting", SELF, null));
            client.send(get("/"));
            awaitHeld(proxy, 1);

            proxy.route(2, Status.READY, actor.port());

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void only_so_many_wait_for_one_port() throws IOException {
        List<RawConnection> waiting = new ArrayList<>();
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start(settings ->
                                settings.withLimits(settings.limits().withMaxHeldPerPort(3)))
                        .route(Status.STARTING, actor.port());
                RawConnection tooMany = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                waiting.add(proxy.connect().send(get("/")));
            }
            awaitHeld(proxy, 3);

            assertThat(tooMany.send(get("/")).answer().body()).contains("too_many_waiting");

            proxy.ready(actor);
            for (RawConnection each : waiting) {
                assertThat(each.answer().body()).isEqualTo("ok");
                each.close();
            }
        }
    }

    @Test
    void a_client_that_gives_up_no_longer_waits() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start().route(Status.STARTING, 1)) {
            RawConnection client = proxy.connect().send(get("/"));
            awaitHeld(proxy, 1);

            client.close();

            awaitHeld(proxy, 0);
        }
    }

    @Test
    void an_unknown_port_is_named_with_the_known_ones() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start().route(Status.STARTING, 1);
                RawConnection client = proxy.connect()) {
            client.send("GET /" + ACTOR + "-other/ HTTP/1.1\r\nHost: a\r\n\r\n");

            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).contains("port_not_found", "\"expected\":[\"http\"]");
        }
    }

    @Test
    void a_browser_gets_a_page() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n\r\n");

            Answer answer = client.answer();
            assertThat(answer.head()).contains("content-type: text/html");
            assertThat(answer.body()).startsWith("<!doctype html>").contains("no_route");
        }
    }

    @Test
    void an_actor_that_is_nowhere_does_not_exist() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.send(get("/")).answer().body()).contains("actor_not_found");
            }
            assertThat(proxy.lookups())
                    .as("asked once, then remembered for a while")
                    .isLessThan(5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "destroyed, self, 410, actor_destroyed",
        "destroyed, , 410, actor_destroyed",
        "running, other, 502, remote_actor",
        "stopping, self, 503, stopping",
    })
    void an_actor_elsewhere_is_answered_by_where_it_is(String state, String agent, int status, String code)
            throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            AgentId owner = agent == null ? null : agent.equals("self") ? SELF : AgentId.random();
            proxy.locate(ACTOR, new ActorLocation(ACTOR, state, owner, null));

            Answer answer = client.send(get("/")).answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).contains("\"" + code + "\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"pending, ", "starting, self", "running, self", "crash_backoff, "})
    void an_actor_on_its_way_here_is_waited_for(String state, String agent) throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            proxy.locate(ACTOR, new ActorLocation(ACTOR, state, agent == null ? null : SELF, null));
            client.send(get("/"));
            awaitHeld(proxy, 1);

            proxy.ready(actor);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void an_actor_that_is_placed_elsewhere_while_a_request_waits_is_noticed() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            proxy.locate(ACTOR, new ActorLocation(ACTOR, "pending", null, null));
            client.send(get("/"));
            awaitHeld(proxy, 1);

            proxy.locate(ACTOR, new ActorLocation(ACTOR, "running", AgentId.random(), null));

            assertThat(client.answer().body()).contains("remote_actor");
        }
    }

    @Test
    void a_control_plane_that_cannot_say_is_not_taken_for_a_no() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            proxy.locate(ACTOR, () -> CompletableFuture.failedFuture(new IOException("away")));
            assertThat(client.send(get("/")).answer().body()).contains("location_unknown");

            ActorId other = ActorId.random();
            proxy.locate(other, () -> {
                throw new IllegalStateException("broken");
            });
            client.send("GET /" + other + "-http/ HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.answer().body()).contains("location_unknown");
        }
    }

    @Test
    void all_who_ask_at_the_same_time_share_one_question() throws IOException {
        CompletableFuture<Optional<ActorLocation>> answer = new CompletableFuture<>();
        List<RawConnection> clients = new ArrayList<>();
        try (ProxyUnderTest proxy = ProxyUnderTest.start()) {
            proxy.locate(ACTOR, () -> answer);
            for (int i = 0; i < 10; i++) {
                clients.add(proxy.connect().send(get("/")));
            }
            await().until(() -> proxy.lookups() == 1);

            answer.complete(Optional.empty());

            for (RawConnection client : clients) {
                assertThat(client.answer().status()).isEqualTo(404);
                client.close();
            }
            assertThat(proxy.lookups()).isEqualTo(1);
        }
    }

    @Test
    void a_ready_actor_that_refuses_is_tried_again_and_then_given_up() throws IOException {
        int free = freePort();
        try (ProxyUnderTest proxy = ProxyUnderTest.start(
                                ProxyUnderTest.times(times -> times.withConnectRetries(Duration.ofMillis(200))))
                        .ready(free);
                RawConnection client = proxy.connect()) {
            Answer answer = client.send(get("/")).answer();

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).contains("connect_failed");
        }
    }

    @Test
    void a_ready_actor_that_listens_a_moment_later_is_reached() throws IOException {
        int free = freePort();
        try (ProxyUnderTest proxy = ProxyUnderTest.start(
                                ProxyUnderTest.times(times -> times.withConnectRetries(Duration.ofSeconds(10))))
                        .ready(free);
                RawConnection client = proxy.connect()) {
            client.send(get("/"));
            try (RawActor actor = RawActor.serving(free, connection -> {
                connection.readHead();
                connection.send(OK);
            })) {
                assertThat(client.answer().body()).isEqualTo("ok");
                assertThat(actor.accepted()).isEqualTo(1);
            }
        }
    }

    @Test
    void a_refused_request_waits_once_the_crash_is_known() throws IOException {
        int free = freePort();
        try (ProxyUnderTest proxy = ProxyUnderTest.start(
                                ProxyUnderTest.times(times -> times.withConnectRetries(Duration.ofSeconds(10))))
                        .ready(free);
                RawActor next = RawActor.answering(OK);
                RawConnection client = proxy.connect()) {
            client.send(get("/"));
            proxy.route(1, Status.CRASHED, free);
            awaitHeld(proxy, 1);

            proxy.route(2, Status.READY, next.port());

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void a_report_of_an_older_generation_changes_nothing() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().route(2, Status.READY, actor.port());
                RawConnection client = proxy.connect()) {
            proxy.route(1, Status.CRASHED, 1);

            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
