package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import rivet.agent.proxy.http.HostileRequests;
import rivet.agent.proxy.http.HostileRequests.Vector;

/** Bytes that some proxy somewhere takes for something else than its neighbour does. */
class StrictnessTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String START = "POST " + path("/") + " HTTP/1.1\r\nHost: a\r\n";
    private static final HostileRequests HOSTILE = new HostileRequests(path(""));

    private static RawActor actor;
    private static ProxyUnderTest proxy;

    @BeforeAll
    static void start() {
        actor = RawActor.answering(OK);
        proxy = ProxyUnderTest.start().ready(actor);
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        actor.close();
    }

    static Stream<Vector> known() {
        return HOSTILE.known().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("known")
    void what_fooled_others_is_refused(Vector vector) throws IOException {
        assertRefused(vector);
    }

    static Stream<Vector> malformed() {
        return HOSTILE.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void what_can_be_read_in_two_ways_is_refused_and_nothing_of_it_goes_on(Vector vector) throws IOException {
        assertRefused(vector);
    }

    private static void assertRefused(Vector vector) throws IOException {
        int before = actor.heads().size();
        try (RawConnection client = proxy.connect()) {
            client.send(vector.bytes() + get("/smuggled"));

            String all = client.readAll();

            assertThat(all).startsWith("HTTP/1.1 " + vector.status() + " ").contains("\r\nconnection: close\r\n");
            assertThat(all.split("HTTP/1\\.1 [0-9]", -1)).as("answers").hasSize(2);
            assertThat(actor.heads()).hasSize(before);
        }
    }

    static Stream<Arguments> harmless() {
        return Stream.of(
                Arguments.of("one empty line first", "\r\n" + get("/")),
                Arguments.of("no space after the colon", "GET " + path("/") + " HTTP/1.1\r\nHost:a\r\nX:\r\n\r\n"),
                Arguments.of("tabs around a value", "GET " + path("/") + " HTTP/1.1\r\nHost:\t a \t\r\n\r\n"),
                Arguments.of("high bytes in a value", "GET " + path("/") + " HTTP/1.1\r\nHost: a\r\nX: \u00e4\r\n\r\n"),
                Arguments.of(
                        "the same host in the target", "GET http://A:1" + path("/") + " HTTP/1.1\r\nHost: a:1\r\n\r\n"),
                Arguments.of("unusual method", "VERSION-CONTROL " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("unencoded brackets", "GET " + path("/[{|}]\"<>\\^`") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of(
                        "length of nothing",
                        "POST " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmless")
    void what_is_merely_unusual_is_served(String what, String bytes) throws IOException {
        try (RawConnection client = proxy.connect()) {
            assertThat(client.send(bytes).answer().body()).as(what).isEqualTo("ok");
        }
    }

    static Stream<Arguments> malformedAnswers() {
        return Stream.of(
                        "nonsense\r\n\r\n",
                        "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
                        "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.1 200 O\0K\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
                        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
                        "HTTP/1.1 100 Continue\r\n\r\n".repeat(100),
                        "HTTP/1.1 200 OK\r\n" + "X: 1\r\n".repeat(500) + "\r\n")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("malformedAnswers")
    void a_malformed_answer_is_a_502(String answer) throws IOException {
        try (RawActor liar = RawActor.answering(answer);
                ProxyUnderTest own = ProxyUnderTest.start().ready(liar);
                RawConnection client = own.connect()) {
            client.send(get("/"));
            String head = client.readHead();
            while (head.startsWith("HTTP/1.1 100 ")) {
                head = client.readHead();
            }

            assertThat(head).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void an_answer_that_goes_on_after_its_end_is_not_read_as_somebody_elses() throws IOException {
        try (RawActor liar = RawActor.answering(OK + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
                ProxyUnderTest own = ProxyUnderTest.start().ready(liar);
                RawConnection client = own.connect()) {
            for (int i = 1; i <= 5; i++) {
                assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
                assertThat(liar.accepted()).isEqualTo(i);
            }
        }
    }

    @Test
    void a_head_that_does_not_end_is_cut() throws IOException {
        try (ProxyUnderTest own =
                        ProxyUnderTest.start(ProxyUnderTest.times(times -> times.withHeader(Duration.ofMillis(300))));
                RawConnection client = own.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");

            assertThat(client.readAll()).startsWith("HTTP/1.1 408 ").contains("head_timeout");
        }
    }

    @Test
    void a_body_that_does_not_come_is_cut() throws IOException {
        try (RawActor silent = RawActor.recording((_, _) -> {});
                ProxyUnderTest own = ProxyUnderTest.start(
                                ProxyUnderTest.times(times -> times.withStall(Duration.ofMillis(300))))
                        .ready(silent);
                RawConnection client = own.connect()) {
            client.send(START + "Content-Length: 10\r\n\r\nabc");

            assertThat(client.readAll()).startsWith("HTTP/1.1 408 ").contains("body_timeout");
        }
    }

    @Test
    void a_connection_that_asks_for_nothing_is_closed() throws IOException {
        try (ProxyUnderTest own = ProxyUnderTest.start(
                        ProxyUnderTest.times(times -> times.withKeepAlive(Duration.ofMillis(300))));
                RawConnection client = own.connect()) {
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void one_connection_too_many_is_told_so() throws IOException {
        try (ProxyUnderTest own = ProxyUnderTest.start(
                        settings -> settings.withLimits(settings.limits().withMaxConnections(1)));
                RawConnection first = own.connect()) {
            assertThat(first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer().status())
                    .isEqualTo(404);
            try (RawConnection second = own.connect()) {
                assertThat(second.readAll()).startsWith("HTTP/1.1 503 ").contains("overloaded");
            }
        }
    }
}
