package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What reaches the actor of what the client wrote, and the client of what the actor wrote. */
class HeadersTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static List<String> seenByActor(ProxyUnderTest proxy, RawActor actor, String fields) throws IOException {
        try (RawConnection client = proxy.connect()) {
            client.send("GET " + path("/") + " HTTP/1.1\r\nHost: app.example:1\r\n" + fields + "\r\n")
                    .answer();
        }
        return actor.heads()
                .getLast()
                .lines()
                .skip(1)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Test
    void what_concerns_the_connection_stays_behind() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor)) {
            List<String> seen = seenByActor(proxy, actor, """
                    Connection: X-Hop, keep-alive ,Cookie\r
                    X-Hop: 1\r
                    Cookie: a=b\r
                    Keep-Alive: 5\r
                    Proxy-Connection: keep-alive\r
                    Proxy-Authorization: Basic x\r
                    TE: trailers\r
                    Upgrade: websocket\r
                    X-Kept: 1\r
                    x-kept: 2\r
                    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r
                    """);

            assertThat(seen)
                    .contains(
                            "host: app.example:1",
                            "X-Kept: 1",
                            "x-kept: 2",
                            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                    .noneMatch(line -> line.toLowerCase(Locale.ROOT)
                            .matches("(connection|x-hop|cookie|keep-alive|proxy-.*|te|upgrade):.*"));
        }
    }

    @Test
    void connection_cannot_take_away_what_frames_or_names_the_request() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.read(5);
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send(
                    "POST " + path("/")
                            + " HTTP/1.1\r\nHost: a\r\nConnection: Content-Length, Host, X-Forwarded-For\r\nContent-Length: 5\r\n\r\nhello");

            assertThat(client.answer().body()).isEqualTo("ok");
            assertThat(actor.heads().getFirst())
                    .contains("\r\ncontent-length: 5\r\n", "\r\nhost: a\r\n", "\r\nx-forwarded-for: 127.0.0.1\r\n");
        }
    }

    private static final String SPOOFED = """
            X-Forwarded-For: 6.6.6.6\r
            x-forwarded-for: 7.7.7.7\r
            X_Forwarded_For: 8.8.8.8\r
            X-Forwarded-Host: evil\r
            X-Forwarded-Proto: https\r
            X-Forwarded-Port: 1\r
            X-Real-IP: 6.6.6.6\r
            Forwarded: for=6.6.6.6\r
            X-Rivet-Subject: root\r
            X_Rivet_Subject: root\r
            rvt-ray-id: mine\r
            """;

    @Test
    void outsiders_cannot_say_who_they_are() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor)) {
            List<String> seen = seenByActor(proxy, actor, SPOOFED);

            assertThat(seen)
                    .contains(
                            "x-forwarded-for: 127.0.0.1",
                            "x-forwarded-host: app.example:1",
                            "x-forwarded-proto: http",
                            "forwarded: for=127.0.0.1;host=\"app.example:1\";proto=http")
                    .noneMatch(line -> line.matches("(?i).*(6\\.6\\.6\\.6|7\\.7|8\\.8|evil|root|mine|https).*"))
                    .filteredOn(line -> line.matches("(?i)(x.forwarded|x-real|forwarded|x.rivet|rvt).*"))
                    .hasSize(6);
        }
    }

    @Test
    void a_trusted_proxy_before_us_is_believed_and_nobody_else_is() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start(settings -> settings.withBelieveForwarding(true))
                        .ready(actor)) {
            assertThat(seenByActor(proxy, actor, SPOOFED))
                    .contains(
                            "x-forwarded-for: 6.6.6.6, 7.7.7.7, 127.0.0.1",
                            "forwarded: for=6.6.6.6, for=127.0.0.1;host=\"app.example:1\";proto=http",
                            "X-Forwarded-Host: evil",
                            "X-Forwarded-Proto: https")
                    .noneMatch(line -> line.matches("(?i).*(root|mine|8\\.8).*"));
        }
    }

    @Test
    void the_actors_connection_headers_do_not_reach_the_client() throws IOException {
        String answer = """
                HTTP/1.1 200 Fine\r
                Connection: keep-alive, X-Secret\r
                X-Secret: 1\r
                Keep-Alive: timeout=5\r
                rvt-ray-id: forged\r
                Set-Cookie: a=1\r
                Set-Cookie: b=2\r
                Content-Length: 2\r
                \r
                ok""";
        try (RawActor actor = RawActor.answering(answer);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            String head = client.send(ProxyUnderTest.get("/")).answer().head();

            assertThat(head)
                    .startsWith("HTTP/1.1 200 Fine\r\n")
                    .contains("\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n", "\r\ncontent-length: 2\r\n")
                    .doesNotContainIgnoringCase("keep-alive")
                    .doesNotContain("X-Secret", "forged");
        }
    }
}
