package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.Http2Connection.GOAWAY;
import static rivet.agent.proxy.Http2Connection.HEADERS;
import static rivet.agent.proxy.Http2Connection.RST_STREAM;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rivet.agent.proxy.Http2Connection.Frame;

/** What RFC 9113 and RFC 7541 demand of a server, frame by frame, by section. */
class Http2ConformanceTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static RawActor actor;
    private static ProxyUnderTest proxy;

    @BeforeAll
    static void start() {
        actor = RawActor.serving(connection -> {
            while (true) {
                String head = connection.readHead();
                connection.send(head.contains(" /silent ") ? "" : OK);
            }
        });
        proxy = ProxyUnderTest.start().ready(actor);
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        actor.close();
    }

    static Stream<Http2Case> beginnings() {
        return Http2FrameCases.beginnings();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("beginnings")
    void beginning(Http2Case each) throws IOException {
        try (Http2Connection client = Http2Connection.silent(proxy)) {
            check(each, client);
        }
    }

    static Stream<Http2Case> cases() {
        return Stream.of(
                        Http2FrameCases.frames(),
                        Http2MessageCases.messages(),
                        Http2MessageCases.compression(),
                        Http2MessageCases.floods())
                .flatMap(each -> each);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void conforms(Http2Case each) throws IOException {
        try (Http2Connection client = Http2Connection.to(proxy)) {
            check(each, client);
        }
    }

    private static void check(Http2Case each, Http2Connection client) throws IOException {
        try {
            each.script().run(client);
        } catch (SocketException e) {
            // The proxy may end the connection before the script does.
        }
        switch (each.outcome()) {
            case Http2Case.Outcome.Served(int stream) ->
                assertThat(client.answer(stream).status()).isEqualTo(200);
            case Http2Case.Outcome.ConnectionError(List<Integer> codes) ->
                assertThat(ended(client)).isIn(codes);
            case Http2Case.Outcome.StreamError(int stream, List<Integer> codes) -> streamError(client, stream, codes);
        }
    }

    /** The error that a connection was ended with. */
    private static int ended(Http2Connection client) throws IOException {
        int code = client.connectionError();
        try {
            while (true) {
                client.await(_ -> false);
            }
        } catch (EOFException | SocketException e) {
            return code;
        }
    }

    private static void streamError(Http2Connection client, int stream, List<Integer> codes) throws IOException {
        Frame end = client.await(frame -> frame.type() == GOAWAY
                || (frame.type() == RST_STREAM && frame.stream() == stream)
                || (frame.type() == HEADERS && frame.stream() == stream));
        if (end.type() == HEADERS) {
            assertThat(end.headers().status().toString()).startsWith("4");
            return;
        }
        assertThat(end.errorCode()).isIn(codes);
        if (end.type() == RST_STREAM && !codes.contains(Http2Case.REFUSED_STREAM)) {
            assertThat(Http2Case.ask(client, 301).answer(301).status())
                    .as("the next request")
                    .isEqualTo(200);
        }
    }
}
