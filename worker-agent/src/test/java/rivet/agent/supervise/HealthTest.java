package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.agent.supervise.Verdict.Cause;
import rivet.protocol.Health;

/** What a program has to do before it counts as started, at a real server. */
class HealthTest {

    private final AtomicInteger status = new AtomicInteger(503);
    private final CompletableFuture<Void> said = new CompletableFuture<>();
    private final AtomicInteger nudges = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/healthz", exchange -> {
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void open_ports_are_enough_where_nothing_is_said() {
        assertThat(checks(Health.USUAL).isReady()).isTrue();
    }

    @Test
    void who_wants_to_say_so_is_waited_for() {
        var start = checks(new Health(null, true, null, null));
        assertThat(start.isReady()).isFalse();
        assertThat(start.missing(700)).isEqualTo(new Cause.NotReady("it did not call ctx.ready()", 700));

        said.complete(null);

        assertThat(nudges).hasValue(1);
        assertThat(start.isReady()).isTrue();
    }

    @Test
    void a_check_has_to_be_answered_with_success() {
        var start = checks(answering("/healthz"));
        await().until(() -> !start.isReady() && nudges.get() > 2);
        assertThat(start.missing(700))
                .isEqualTo(new Cause.NotReady("GET /healthz of port 'http' was answered with 503", 700));

        status.set(204);

        await().until(start::isReady);
    }

    @Test
    void nobody_there_is_no_answer() {
        var probe = new HttpProbe(
                new Health.HttpCheck("http", "/healthz"), server.getAddress().getPort());
        server.stop(0);

        assertThat(probe.ask().join())
                .hasValueSatisfying(wrong -> assertThat(wrong).contains("was not answered"));
    }

    @Test
    void a_closed_port_comes_first() {
        server.stop(0);

        assertThat(checks(answering("/healthz")).missing(700)).isInstanceOf(Cause.PortClosed.class);
    }

    private static Health answering(String path) {
        return new Health(null, false, new Health.HttpCheck("http", path), null);
    }

    private StartChecks checks(Health health) {
        var ports = Map.of("http", server.getAddress().getPort());
        return new StartChecks(new Readiness(ports, Map.of()), health, ports, said, nudges::incrementAndGet);
    }
}
