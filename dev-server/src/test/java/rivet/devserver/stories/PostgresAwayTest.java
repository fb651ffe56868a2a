package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/**
 * Postgres away for several times as long as a lease, which is 2 s here: stopped, and standing still. Actors answer all through,
 * creates are told to come back, and afterwards all is as it was. {@code -Drivet.outage=60} makes it 60 s.
 */
class PostgresAwayTest {

    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("rivet.outage", 12));
    private static final Duration SOON = Duration.ofSeconds(40);

    /** So long that a machine that does other things as well does not end one, and shorter than what Postgres is away. */
    static final Map<String, String> SHORT_LEASES = Map.of(
            "RIVET_AGENTS_HEARTBEAT", "500ms",
            "RIVET_AGENTS_FRESH", "2s",
            "RIVET_AGENTS_FENCE", "5s",
            "RIVET_AGENTS_FREEZE", "500ms",
            "RIVET_AGENTS_STALL", "1s",
            "RIVET_AGENTS_UNREACHABLE", "7s",
            "RIVET_AGENTS_REPLACEAFTER", "8s",
            "RIVET_AGENTS_ANSWER", "500ms");

    @TempDir
    Path work;

    @Test
    void stopped() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), SHORT_LEASES);
                var postgres = new StoppablePostgres(work.resolve("data/postgres/data"))) {
            livesThrough(server, postgres::stop, postgres::start);
        }
    }

    @Test
    void standing_still() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), SHORT_LEASES);
                var postgres = new StoppablePostgres(work.resolve("data/postgres/data"))) {
            livesThrough(server, postgres::pause, postgres::resume);
        }
    }

    private interface Step {
        void take() throws Exception;
    }

    private void livesThrough(RunningDevServer server, Step goes, Step comes) throws Exception {
        server.deployExample("counter", work);
        var actors = List.of(create(server), create(server), create(server));
        for (var actor : actors) {
            server.awaitState(actor, "running");
        }
        var callers = new Callers(server.http, urls(server, actors));
        try {
            callers.awaitMore();
            awaitPromising(server);

            goes.take();
            var refused = createsUntil(server, System.nanoTime() + OUTAGE.toNanos());
            callers.awaitMore();
            comes.take();
            long back = System.nanoTime();
            await().atMost(SOON).pollInterval(Duration.ofMillis(50)).until(() -> isUp(server));
            tell(refused, Duration.ofNanos(System.nanoTime() - back));

            assertThat(refused).isNotEmpty().allSatisfy(each -> {
                assertThat(each.answer().statusCode()).isEqualTo(503);
                assertThat(each.answer().headers().firstValue("retry-after")).isPresent();
                assertThat(code(each.answer())).isIn("DATABASE_UNAVAILABLE", "OUTCOME_UNKNOWN");
            });
            server.awaitState(create(server), "running");
            callers.awaitMore();
        } finally {
            callers.stop();
        }
        callers.check();
        for (var actor : actors) {
            assertThat(server.stateOf(actor)).isEqualTo("running");
        }
    }

    /** A control plane promises nothing until it has run for as long as a promise lasts. */
    private static void awaitPromising(RunningDevServer server) {
        var started = server.process().info().startInstant().orElseThrow();
        await().atMost(SOON).until(() -> Instant.now().isAfter(started.plusSeconds(15)));
    }

    private static List<String> urls(RunningDevServer server, List<JsonNode> actors) throws Exception {
        var urls = new ArrayList<String>();
        for (var actor : actors) {
            urls.add(RunningDevServer.url(server.actor(actor), "http"));
        }
        return urls;
    }

    /** For people who look for times; no test depends on them. */
    private static void tell(List<Refused> refused, Duration back) {
        System.out.printf(
                "Postgres away for %s: %d creates refused, the slowest after %d ms; the API was back after %d ms%n",
                OUTAGE,
                refused.size(),
                refused.stream().mapToLong(Refused::millis).max().orElse(0),
                back.toMillis());
    }

    private record Refused(HttpResponse<String> answer, long millis) {}

    private static List<Refused> createsUntil(RunningDevServer server, long end) throws Exception {
        var refused = new ArrayList<Refused>();
        while (System.nanoTime() - end < 0) {
            long sent = System.nanoTime();
            var answer = server.send("POST", "/actors", counter());
            refused.add(new Refused(
                    answer, Duration.ofNanos(System.nanoTime() - sent).toMillis()));
        }
        return refused;
    }

    private static boolean isUp(RunningDevServer server) throws Exception {
        return server.send("GET", "/health", null).statusCode() == 200;
    }

    private static JsonNode create(RunningDevServer server) throws Exception {
        return server.create(counter());
    }

    private static String counter() {
        return """
                {"tags": {"of": "outage"}, "build_tags": {"name": "counter", "current": "true"},
                 "lifecycle": {"durable": true}, "network": {"ports": {"http": {"protocol": "http"}}}}""";
    }

    private static String code(HttpResponse<String> answer) {
        return Wire.JSON.readTree(answer.body()).get("code").stringValue();
    }
}
