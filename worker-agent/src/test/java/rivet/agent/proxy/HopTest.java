package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;
import static rivet.agent.proxy.TwoProxies.OWNER;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.RawConnection.Answer;
import rivet.agent.proxy.hop.HopSettings;
import rivet.agent.proxy.hop.HopTls;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

/** A request that comes to one agent for an actor of another. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class HopTest {

    @Parameter
    boolean encrypted;

    /** The first certificate of a JVM takes a second and more of a busy machine, and an owner that is silent for two is gone. */
    @BeforeAll
    static void warmUp() {
        HopTls.create();
    }

    private ProxySettings settings(ProxySettings otherwise) {
        return TwoProxies.encrypted(otherwise, encrypted);
    }

    private TwoProxies start() {
        return TwoProxies.alike(this::settings);
    }

    private TwoProxies start(UnaryOperator<ProxySettings> change) {
        return TwoProxies.alike(its -> change.apply(settings(its)));
    }

    private TwoProxies ready(RawActor actor) {
        TwoProxies both = start();
        both.owner.ready(actor);
        return both;
    }

    private ProxyUnderTest another(AgentId agent) {
        return TwoProxies.another(agent, this::settings);
    }

    /** One on each event loop, which are taken in turn. */
    private record Clients(List<RawConnection> connections) implements AutoCloseable {

        static Clients of(int many, TwoProxies both) throws IOException {
            List<RawConnection> connections = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                connections.add(both.connect());
            }
            return new Clients(connections);
        }

        void send(String request) throws IOException {
            for (RawConnection each : connections) {
                each.send(request);
            }
        }

        List<String> answers() throws IOException {
            List<String> bodies = new ArrayList<>();
            for (RawConnection each : connections) {
                bodies.add(each.answer().body());
            }
            return bodies;
        }

        @Override
        public void close() throws IOException {
            for (RawConnection each : connections) {
                each.close();
            }
        }
    }

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

    private static String post(String body) {
        return "POST " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static RawActor echoing(int many) {
        return RawActor.recording((connection, _) -> {
            String body = connection.read(many);
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(many, body));
        });
    }

    /** Tells when it is asked, and answers when it may. */
    private static RawActor answering(CompletableFuture<Void> asked, CompletableFuture<Void> release) {
        return RawActor.recording((connection, _) -> {
            asked.complete(null);
            release.join();
            connection.send(OK);
        });
    }

    private static void awaitHeld(TwoProxies both, int many) {
        await().until(() -> both.first.proxy().held().count(), count -> count == many);
    }

    @Test
    void it_is_handed_on_over_one_connection_that_is_kept() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            }
            assertThat(actor.accepted()).isEqualTo(1);
            assertThat(both.first.lookups()).isEqualTo(1);
        }
    }

    @Test
    void the_actor_sees_what_it_would_without_the_hop() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            String asked = "GET " + path("/a/b?c=%20") + " HTTP/1.1\r\nHost: example.org\r\nX-Own: 1\r\n"
                    + "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nrvt-ray-id: mine\r\nConnection: close, x-gone\r\n"
                    + "X-Gone: 1\r\nX-Rivet-Hop: " + ACTOR + " 1 http\r\nX-Rivet-Claims: all\r\n\r\n";

            Answer answer = client.send(asked).answer();
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            String answered = answer.head();

            String seen = actor.heads().getFirst().toLowerCase(Locale.ROOT);
            assertThat(seen)
                    .startsWith("get /a/b?c=%20 http/1.1\r\nhost: example.org\r\n")
                    .contains(
                            "\r\nx-own: 1\r\n",
                            "\r\nx-forwarded-for: 127.0.0.1\r\n",
                            "\r\nx-forwarded-host: example.org\r\n",
                            "\r\nx-forwarded-proto: http\r\n",
                            "\r\nx-forwarded-prefix: /" + ACTOR + "-http\r\n")
                    .doesNotContain("6.6.6.6", "x-rivet-", "x-gone", "mine");
            String ray = seen.lines()
                    .filter(line -> line.startsWith("rvt-ray-id"))
                    .findAny()
                    .orElseThrow();
            assertThat(answered.toLowerCase(Locale.ROOT)).contains(ray).doesNotContain("x-rivet-");
            assertThat(seen.lines().filter(line -> line.startsWith("x-forwarded-for")))
                    .hasSize(1);
        }
    }

    @Test
    void an_actor_cannot_speak_for_its_agent() throws IOException {
        try (RawActor actor = RawActor.answering(
                        "HTTP/1.1 421 No\r\nContent-Length: 2\r\nx-rivet-cause: stale_route\r\n\r\nno");
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            Answer answer = client.send(get("/")).answer();

            assertThat(answer.status()).isEqualTo(421);
            assertThat(answer.body()).isEqualTo("no");
            assertThat(actor.heads()).hasSize(1);
        }
    }

    @Test
    void what_the_owner_says_is_handed_on_with_its_reason() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            client.send("GET /" + ACTOR + "-other/ HTTP/1.1\r\nHost: a\r\n\r\n");

            Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).contains("port_not_found", "\"expected\":[\"http\"]");
            assertThat(answer.head().toLowerCase(Locale.ROOT)).doesNotContain("x-rivet-");
        }
    }

    @Test
    void streams_go_both_ways() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING);
                    while (true) {
                        connection.send(connection.read(2));
                    }
                });
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            client.send(get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"));
            assertThat(client.readHead()).contains("101");
            assertThat(client.send("hi").read(2)).isEqualTo("hi");
            both.first.mayServe(false); // its own lease says nothing of the actors of others
            assertThat(client.send("ho").read(2)).isEqualTo("ho");

            both.owner.mayServe(false);

            assertThat(client.send("hm").ended()).isTrue();
        }
    }

    @Test
    void a_body_that_its_sender_asks_about_first_and_trailers_arrive() throws IOException {
        CompletableFuture<String> rest = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    assertThat(head.toLowerCase(Locale.ROOT)).contains("expect: 100-continue");
                    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                    rest.complete(connection.read("5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n".length()));
                    connection.send(
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-end: 1\r\n\r\n");
                });
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            client.send("POST " + path("/")
                    + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readHead()).contains("100 Continue");
            client.send("5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n");

            assertThat(client.readHead()).contains("200 OK");
            assertThat(client.read("2\r\nok\r\n0\r\nx-end: 1\r\n\r\n".length())).contains("ok", "x-end: 1");
            assertThat(rest.join()).contains("hello", "x-sum: 1");
        }
    }

    @Test
    void an_owner_without_a_lease_serves_nobody() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            both.owner.mayServe(false);
            client.send(get("/"));
            awaitHeld(both, 1);
            assertThat(actor.heads()).isEmpty();

            both.owner.mayServe(true);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello"})
    void a_route_that_has_become_stale_is_mended_by_who_meets_it(String body) throws IOException {
        AgentId third = AgentId.random();
        try (RawActor before = echoing(body.length());
                RawActor after = echoing(body.length());
                TwoProxies both = ready(before);
                ProxyUnderTest next = another(third).route(2, Status.READY, after.port());
                RawConnection client = both.connect()) {
            assertThat(client.send(post(body)).answer().body()).isEqualTo(body);

            both.owner.routes().remove(ACTOR);
            both.runs(third, 2, next.hopAddress());

            assertThat(client.send(post(body)).answer().body()).isEqualTo(body);
            assertThat(after.heads()).hasSize(1);
            assertThat(before.heads()).hasSize(1);
        }
    }

    @Test
    void the_connection_on_which_a_request_was_refused_takes_it_again() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");

            both.owner.route(2, Status.READY, actor.port());
            both.runs(OWNER, 2, cable.address());

            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            assertThat(both.first.lookups()).isEqualTo(2);
            assertThat(cable.accepted()).isEqualTo(1);
        }
    }

    @Test
    void who_waits_for_a_new_connection_takes_one_that_becomes_free_sooner() throws IOException {
        int lanes = Runtime.getRuntime().availableProcessors();
        CompletableFuture<Void> answering = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    answering.join();
                    connection.send(OK);
                });
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                Clients first = Clients.of(lanes, both.runs(OWNER, 1, cable.address()));
                Clients next = Clients.of(lanes, both)) {
            first.send(get("/"));
            await().until(() -> actor.heads().size() == lanes);
            cable.deadForNew();
            next.send(get("/"));
            await().until(() -> cable.accepted() == 2 * lanes);

            answering.complete(null);

            assertThat(first.answers()).containsOnly("ok");
            assertThat(next.answers()).containsOnly("ok");
            assertThat(both.first.lookups())
                    .as("nobody doubted where the actor is")
                    .isEqualTo(1);
        }
    }

    @Test
    void another_generation_than_the_one_meant_is_not_served() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = start().runs(1).route(2, Status.READY, actor.port());
                RawConnection client = both.connect()) {
            client.send(get("/"));
            awaitHeld(both, 1);
            assertThat(actor.heads()).isEmpty();

            both.runs(2);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void a_route_that_stays_stale_is_given_up_with_the_reason() throws IOException {
        try (TwoProxies both = start(ProxyUnderTest.times(times -> times.withHold(Duration.ofMillis(700))));
                RawConnection client = both.connect()) {
            Answer answer = client.send(get("/")).answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("\"moving\"");
            assertThat(answer.head().toLowerCase(Locale.ROOT)).contains("\r\nretry-after: ");
        }
    }

    @Test
    void a_request_is_handed_on_once() throws IOException {
        try (TwoProxies both = start(ProxyUnderTest.times(times -> times.withHold(Duration.ofMillis(700))));
                RawConnection client = both.connect()) {
            both.owner.locate(
                    ACTOR,
                    new ActorLocation(
                            ACTOR,
                            "running",
                            TwoProxies.FIRST,
                            null,
                            new ActorLocation.Hop(
                                    "127.0.0.1:" + both.first.hopAddress().getPort(), 1),
                            7L));

            assertThat(client.send(get("/")).answer().body()).contains("\"moving\"");
            assertThat(both.owner.lookups()).isZero();
        }
    }

    @Test
    void a_request_that_waits_here_follows_the_actor_elsewhere() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            both.first.route(Status.CRASHED, 0);
            client.send(get("/"));
            awaitHeld(both, 1);

            both.first.routes().remove(ACTOR);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void an_actor_that_starts_elsewhere_is_waited_for_here() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            both.says("starting", OWNER, 1, both.owner.hopAddress());
            client.send(get("/"));
            awaitHeld(both, 1);

            both.runs(1);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void a_known_route_goes_on_working_without_the_control_plane() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            both.first.locate(ACTOR, () -> CompletableFuture.failedFuture(new IOException("away")));
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");

            cable.tear();

            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void an_owner_that_is_not_there_is_named_as_the_reason() throws IOException {
        int nobody = freePort();
        try (TwoProxies both = start();
                RawConnection client = both.connect()) {
            both.runs(OWNER, 1, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), nobody));

            Answer answer = client.send(get("/")).answer();

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).contains("owner_unreachable");
        }
    }

    @Test
    void an_owner_that_says_nothing_is_not_waited_for() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                TwoProxies both = start();
                RawConnection client = both.connect()) {
            both.runs(OWNER, 1, (InetSocketAddress) mute.getLocalSocketAddress());

            assertThat(client.send(get("/")).answer().body()).contains("owner_unreachable");
        }
    }

    @Test
    void an_owner_that_moved_between_two_tries_is_found() throws IOException {
        int nobody = freePort();
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            both.runs(OWNER, 1, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), nobody));
            client.send(get("/"));
            await().until(() -> both.first.lookups() > 1);

            both.runs(1);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void another_agent_at_the_owners_address_is_not_taken_for_it() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.connect()) {
            both.runs(AgentId.random(), 1, both.owner.hopAddress());

            assertThat(client.send(get("/")).answer().body()).contains("owner_unreachable");
            assertThat(actor.accepted()).isZero();
        }
    }

    @Test
    void who_does_not_know_the_key_gets_nothing_and_reaches_nothing() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                ProxyUnderTest stranger = ProxyUnderTest.hopping(AgentId.random(), "a guess", this::settings);
                RawConnection client = stranger.connect();
                RawConnection plain = RawConnection.to(both.owner.hopAddress())) {
            var hop =
                    new ActorLocation.Hop("127.0.0.1:" + both.owner.hopAddress().getPort(), 1);
            stranger.locate(ACTOR, new ActorLocation(ACTOR, "running", OWNER, null, hop, 7L));

            assertThat(client.send(get("/")).answer().body()).contains("owner_unreachable");
            plain.send("GET / HTTP/1.1\r\nHost: a\r\nX-Rivet-Hop: " + ACTOR + " 1 http\r\n\r\n");
            assertThat(plain.ended()).isTrue();
            assertThat(actor.accepted()).isZero();
        }
    }

    @Test
    void the_fields_of_a_hop_mean_nothing_from_outside() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                RawConnection client = both.owner.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Rivet-Hop: " + ACTOR + " 1 http\r\n\r\n");

            assertThat(client.answer().body()).contains("no_route");
            assertThat(actor.accepted()).isZero();
        }
    }

    @Test
    void a_safe_request_is_repeated_when_its_owner_goes_and_another_is_not() throws IOException {
        AgentId third = AgentId.random();
        for (String request : List.of(get("/"), post("hello"))) {
            CompletableFuture<Void> asked = new CompletableFuture<>();
            try (RawActor silent = RawActor.recording((connection, _) -> {
                        asked.complete(null);
                        connection.read(1_000);
                    });
                    RawActor after = RawActor.answering(OK);
                    TwoProxies both = ready(silent);
                    Cable cable = Cable.to(both.owner.hopAddress());
                    ProxyUnderTest next = another(third).route(2, Status.READY, after.port());
                    RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
                client.send(request);
                asked.join();
                both.runs(third, 2, next.hopAddress());

                cable.tear();

                Answer answer = client.answer();
                if (request.startsWith("GET")) {
                    assertThat(answer.body()).isEqualTo("ok");
                } else {
                    assertThat(answer.body()).contains("owner_lost");
                    assertThat(after.heads()).isEmpty();
                }
            }
        }
    }

    @Test
    void what_is_sent_without_end_is_not_kept_and_not_repeated() throws IOException {
        String body = "x".repeat(300_000);
        try (RawActor actor = echoing(5);
                TwoProxies both = start();
                RawConnection client = both.connect()) {
            both.route(2, Status.READY, actor.port());

            client.send(post(body));

            assertThat(client.answer().status()).isIn(200, 503);
            assertThat(actor.heads()).isEmpty();
        }
    }

    @Test
    void an_owner_that_is_cut_off_while_it_has_a_request_or_a_stream_is_not_waited_for() throws IOException {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.contains("upgrade")) {
                        connection.send(SWITCHING);
                        connection.send(connection.read(2));
                    } else {
                        asked.complete(null);
                    }
                    connection.read(1_000);
                });
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection stream = both.runs(OWNER, 1, cable.address()).connect();
                RawConnection client = both.connect()) {
            stream.send(get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"));
            assertThat(stream.readHead()).contains("101");
            assertThat(stream.send("hi").read(2)).isEqualTo("hi");
            client.send(get("/"));
            asked.join();

            cable.dead(true);

            Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).contains("owner_");
            assertThat(stream.ended()).isTrue();
        }
    }

    @Test
    void an_owner_that_is_only_slow_is_waited_for() throws IOException {
        CompletableFuture<Void> release = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    release.join();
                    connection.send(OK);
                });
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
            client.send(get("/"));
            await().until(() -> cable.accepted() > 2); // greeted more than once, and it has answered

            release.complete(null);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void what_an_owner_has_that_runs_the_actor_anew_is_waited_for() throws IOException {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Void> release = new CompletableFuture<>();
        try (RawActor actor = answering(asked, release);
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
            client.send(post(""));
            asked.join();
            both.runs(OWNER, 2, cable.address());
            both.first.proxy().moved(ACTOR);
            await().until(() -> both.first.lookups() == 2);
            int greeted = cable.accepted();
            await().until(() -> cable.accepted() > greeted);

            release.complete(null);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void a_connection_that_an_owner_lost_is_not_waited_for_when_it_runs_the_actor_anew() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            cable.deadSoFar();
            client.send(get("/"));
            await().until(() -> cable.accepted() > 1); // it is greeted, and answers

            both.owner.route(2, Status.READY, actor.port());
            both.runs(OWNER, 2, cable.address());
            both.first.proxy().moved(ACTOR);

            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void an_owner_on_a_machine_that_stands_still_for_a_moment_is_waited_for() throws IOException {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Void> release = new CompletableFuture<>();
        try (RawActor actor = answering(asked, release);
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                RawConnection client = both.runs(OWNER, 1, cable.address()).connect()) {
            client.send(post("hello"));
            CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> answer(client));
            asked.join();

            cable.dead(true);
            await().during(Duration.ofSeconds(1)).until(() -> !answer.isDone());
            cable.dead(false);
            release.complete(null);

            assertThat(answer.join().body()).isEqualTo("ok");
        }
    }

    private static Answer answer(RawConnection client) {
        try {
            return client.answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void what_an_owner_has_that_was_replaced_is_not_waited_for() throws IOException {
        AgentId third = AgentId.random();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.contains("upgrade")) {
                        connection.send(SWITCHING);
                        connection.send(connection.read(2));
                    } else {
                        asked.complete(null);
                    }
                    connection.read(1_000);
                });
                RawActor after = Shop.named("after");
                TwoProxies both = ready(actor);
                Cable cable = Cable.to(both.owner.hopAddress());
                ProxyUnderTest next = another(third).route(2, Status.READY, after.port());
                RawConnection stream = both.runs(OWNER, 1, cable.address()).connect();
                RawConnection client = both.connect()) {
            stream.send(get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"));
            assertThat(stream.readHead()).contains("101");
            assertThat(stream.send("hi").read(2)).isEqualTo("hi");
            client.send(get("/"));
            asked.join();

            cable.dead(true);
            both.runs(third, 2, next.hopAddress());
            both.first.proxy().moved(ACTOR);

            assertThat(client.answer().body()).isEqualTo("after");
            assertThat(stream.ended()).isTrue();
        }
    }

    @Test
    void a_custom_route_leads_to_the_actors_of_other_agents_where_none_is_here() throws IOException {
        try (RawActor there = Shop.named("there");
                RawActor here = Shop.named("here");
                TwoProxies both = start()) {
            ActorId actor = Shop.ready(both.owner, Shop.SHOP, there);
            var hop = new ActorLocation.Hop(HopSettings.text(both.owner.hopAddress()), 1);
            both.first.locate(
                    "a",
                    () -> CompletableFuture.completedFuture(
                            List.of(new ActorLocation(actor, "running", OWNER, null, hop, 7L))));
            both.first.proxy().customRoutes().set(List.of(Shop.prefix("a", "shop.example.com", "", Shop.SHOP)));

            assertThat(Shop.ask(both.first, "shop.example.com", "/").body()).isEqualTo("there");
            assertThat(Shop.ask(both.first, "shop.example.com", "/").body()).isEqualTo("there");
            assertThat(both.first.lookups()).isEqualTo(1);

            Shop.ready(both.first, Shop.SHOP, here);

            assertThat(Shop.ask(both.first, "shop.example.com", "/").body()).isEqualTo("here");
        }
    }

    @Test
    void what_is_known_of_an_actor_is_asked_for_again_when_it_has_moved() throws IOException {
        AgentId third = AgentId.random();
        try (RawActor before = RawActor.answering(OK);
                RawActor after = Shop.named("after");
                TwoProxies both = ready(before);
                ProxyUnderTest next = another(third).route(2, Status.READY, after.port());
                RawConnection client = both.connect()) {
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            both.runs(third, 2, next.hopAddress());
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");

            both.first.proxy().moved(ACTOR);

            assertThat(client.send(get("/")).answer().body()).isEqualTo("after");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
