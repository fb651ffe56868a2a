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

/** Bytes that some proxy somewhere takes for something else than its neighbour does. */
class StrictnessTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String LINE = "POST " + path("/") + " HTTP/1.1\r\n";
    private static final String START = LINE + "Host: a\r\n";

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

    static Stream<Arguments> malformed() {
        return Stream.of(
                request(
                        400,
                        "length and chunks",
                        START + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(
                        400,
                        "chunks and length",
                        START + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                request(400, "two lengths", START + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
                request(400, "the same length twice", START + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
                request(400, "a list of lengths", START + "Content-Length: 5, 5\r\n\r\nhello"),
                request(400, "length with a sign", START + "Content-Length: +5\r\n\r\nhello"),
                request(400, "negative length", START + "Content-Length: -5\r\n\r\nhello"),
                request(400, "hexadecimal length", START + "Content-Length: 0x5\r\n\r\nhello"),
                request(400, "empty length", START + "Content-Length: \r\n\r\nhello"),
                request(400, "huge length", START + "Content-Length: 99999999999999999999\r\n\r\n"),
                request(400, "two hosts", START + "Host: b\r\n\r\n"),
                request(400, "the same host twice", START + "Host: a\r\n\r\n"),
                request(400, "no host", LINE + "\r\n"),
                request(400, "empty host", LINE + "Host:\r\n\r\n"),
                request(400, "host with a path", LINE + "Host: a/b\r\n\r\n"),
                request(400, "host with a user", LINE + "Host: a@b\r\n\r\n"),
                request(400, "two hosts in one", LINE + "Host: a, b\r\n\r\n"),
                request(
                        400,
                        "chunks in HTTP/1.0",
                        "POST " + path("/") + " HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(400, "xchunked", START + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                request(400, "identity", START + "Transfer-Encoding: identity\r\n\r\n"),
                request(400, "gzip, chunked", START + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                request(400, "chunked twice", START + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                request(
                        400,
                        "chunked in two fields",
                        START + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(400, "quoted chunked", START + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
                request(400, "vertical tab chunked", START + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
                request(400, "twin of the length", START + "Content_Length: 5\r\n\r\n"),
                request(400, "twin of the encoding", START + "Transfer_Encoding: chunked\r\n\r\n"),
                request(400, "space before the colon", START + "Content-Length : 5\r\n\r\nhello"),
                request(400, "tab before the colon", START + "X\t: 5\r\n\r\n"),
                request(400, "no colon", START + "nonsense\r\n\r\n"),
                request(400, "no name", START + ": nonsense\r\n\r\n"),
                request(400, "bad character in a name", START + "X(y): 1\r\n\r\n"),
                request(400, "high byte in a name", START + "X\u00e4: 1\r\n\r\n"),
                request(400, "NUL in a name", START + "X\0Y: 1\r\n\r\n"),
                request(400, "NUL in a value", START + "X: a\0b\r\n\r\n"),
                request(400, "CR in a value", START + "X: a\rb\r\n\r\n"),
                request(400, "CR CR LF", START + "X: a\r\r\n\r\n"),
                request(400, "control character in a value", START + "X: a\u0001b\r\n\r\n"),
                request(400, "DEL in a value", START + "X: a\u007fb\r\n\r\n"),
                request(400, "bare LF after the request line", "POST " + path("/") + " HTTP/1.1\nHost: a\r\n\r\n"),
                request(400, "bare LF after a field", LINE + "Host: a\n\r\n"),
                request(400, "bare LF at the end", START + "\n"),
                request(400, "only bare LF", "GET / HTTP/1.1\nHost: a\n\n"),
                request(400, "folded field", START + "X: a\r\n b\r\n\r\n"),
                request(400, "field folded with a tab", START + "X: a\r\n\tb\r\n\r\n"),
                request(400, "space before the first field", LINE + " Host: a\r\n\r\n"),
                request(400, "control bytes first", "\u0000\u0001" + get("/")),
                request(400, "two empty lines first", "\r\n\r\n" + get("/")),
                request(400, "LF first", "\n" + get("/")),
                request(400, "space first", " " + get("/")),
                request(400, "TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"),
                request(400, "another host in the target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "the host's beginning in the target", "GET http://a/ HTTP/1.1\r\nHost: ab\r\n\r\n"),
                request(400, "empty host in the target", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "relative target", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "fragment", "GET " + path("/#x") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "high byte in the target", "GET " + path("/\u00e4") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "control in the target", "GET " + path("/\u0001") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "tab after the method", "GET\t" + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "two spaces", "GET  " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "space at the end", "GET " + path("/") + " HTTP/1.1 \r\nHost: a\r\n\r\n"),
                request(400, "HTTP/0.9", "GET " + path("/") + "\r\n\r\n"),
                request(400, "lower-case method", "get " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "lower-case version", "GET " + path("/") + " http/1.1\r\nHost: a\r\n\r\n"),
                request(400, "long version", "GET " + path("/") + " HTTP/1.10\r\nHost: a\r\n\r\n"),
                request(505, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".replace("PRI *", "GET /")),
                request(505, "HTTP/1.2", "GET " + path("/") + " HTTP/1.2\r\nHost: a\r\n\r\n"),
                request(400, "connection that is no list of names", START + "Connection: a b\r\n\r\n"),
                request(417, "another expectation", START + "Expect: 200-ok\r\n\r\n"),
                request(405, "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
                request(405, "TRACE", "TRACE " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(414, "long target", "GET " + path("/" + "a".repeat(9_000)) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(431, "long head", START + ("X: " + "a".repeat(1_000) + "\r\n").repeat(40) + "\r\n"),
                request(431, "many fields", START + "X: 1\r\n".repeat(200) + "\r\n"),
                chunks("17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
                chunks("17 digits, huge", "fffffffffffffffff\r\n"),
                chunks("negative", "-5\r\nhello\r\n0\r\n\r\n"),
                chunks("0x", "0x5\r\nhello\r\n0\r\n\r\n"),
                chunks("space after the size", "5 \r\nhello\r\n0\r\n\r\n"),
                chunks("no size", "\r\nhello\r\n0\r\n\r\n"),
                chunks("bare LF after the size", "5\nhello\r\n0\r\n\r\n"),
                chunks("bare LF after the data", "5\r\nhello\n0\r\n\r\n"),
                chunks("data longer than its size", "5\r\nhello!\r\n0\r\n\r\n"),
                chunks("bare LF at the end", "0\r\n\n"),
                chunks("bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n"),
                chunks("NUL in an extension", "5;a\0\r\nhello\r\n0\r\n\r\n"),
                chunks("long extension", "5;" + "a".repeat(300) + "\r\nhello\r\n0\r\n\r\n"),
                chunks("trailer that frames", "0\r\nContent-Length: 5\r\n\r\n"),
                chunks("trailer that claims to be ours", "0\r\nX-Rivet-Subject: root\r\n\r\n"),
                chunks("folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
                chunks("space before a trailer's colon", "0\r\nX : a\r\n\r\n"));
    }

    private static Arguments request(int status, String what, String bytes) {
        return Arguments.of(what, status, bytes);
    }

    private static Arguments chunks(String what, String chunks) {
        return Arguments.of("chunks: " + what, 400, START + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void what_can_be_read_in_two_ways_is_refused_and_nothing_of_it_goes_on(String what, int status, String bytes)
            throws IOException {
        int before = actor.heads().size();
        try (RawConnection client = proxy.connect()) {
            client.send(bytes + get("/smuggled"));

            String all = client.readAll();

            assertThat(all).as(what).startsWith("HTTP/1.1 " + status + " ").contains("\r\nconnection: close\r\n");
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
