package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.path;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whoever reads the access log finds each request once, with what became of it, and no secret of a query. */
class AccessLogTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final Logger access = (Logger) LoggerFactory.getLogger("access");
    private final Lines lines = new Lines();

    private static final class Lines extends AppenderBase<ILoggingEvent> {

        private final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event);
        }

        String only() {
            await().until(() -> !all.isEmpty());
            assertThat(all).hasSize(1);
            return all.getFirst().getFormattedMessage() + " " + all.getFirst().getKeyValuePairs();
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        access.addAppender(lines);
    }

    @AfterEach
    void stop() {
        access.detachAppender(lines);
    }

    @Test
    void answered_request_is_one_line() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.read(4);
                    connection.send(OK);
                });
                ProxyUnderTest proxy = written(1).ready(actor);
                RawConnection client = proxy.connect()) {
            var answer = client.send(
                            "POST " + path("/a?token=secret") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
                    .answer();
            String ray = answer.head()
                    .lines()
                    .filter(line -> line.startsWith("rvt-ray-id: "))
                    .findFirst()
                    .orElseThrow()
                    .substring(12);

            assertThat(lines.only())
                    .startsWith("POST " + path("/a") + " ")
                    .contains(
                            "status=\"200\"",
                            "cause=\"answered\"",
                            "received=\"4\"",
                            "sent=\"2\"",
                            "client=\"127.0.0.1\"")
                    .contains("actor=\"" + ProxyUnderTest.ACTOR + "\"", "ray=\"" + ray + "\"")
                    .doesNotContain("secret");
        }
    }

    @Test
    void answer_in_the_actors_place_says_why() throws IOException {
        try (ProxyUnderTest proxy = written(1);
                RawConnection client = proxy.connect()) {
            client.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").answer();

            assertThat(lines.only())
                    .contains("status=\"404\"", "cause=\"no_route\"")
                    .doesNotContain("actor=");
        }
    }

    @Test
    void answer_that_broke_off_says_why_and_how_much_was_sent() throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                });
                ProxyUnderTest proxy = written(1).ready(actor);
                RawConnection client = proxy.connect()) {
            client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n").readAll();

            assertThat(lines.only()).contains("status=\"200\"", "cause=\"actor_closed\"", "sent=\"4\"");
        }
    }

    @Test
    void nothing_is_written_unless_it_is_asked_for() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n").answer();
            client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n").answer();

            assertThat(lines.all).isEmpty();
        }
    }

    @Test
    void share_of_the_requests_is_written() throws IOException {
        int requests = 400;
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = written(0.5).ready(actor);
                RawConnection client = proxy.connect()) {
            for (int i = 0; i < requests; i++) {
                client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n").answer();
            }

            assertThat(lines.all).hasSizeBetween(requests / 4, 3 * requests / 4);
        }
    }

    private static ProxyUnderTest written(double share) {
        return ProxyUnderTest.start(settings -> settings.withAccessLog(share));
    }
}
