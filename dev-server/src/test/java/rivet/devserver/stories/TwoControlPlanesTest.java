package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.Agent;
import rivet.agent.AgentSettings;

/** Two control planes on one Postgres and an agent that knows both: what it takes when Postgres or one of them goes. */
class TwoControlPlanesTest {

    private static final Duration SOON = Duration.ofSeconds(40);
    private static final String TOKEN = "the token of the agents of this test";

    @TempDir
    Path work;

    @Test
    void the_agent_goes_on_by_the_word_of_both_and_with_the_other_when_one_is_killed() throws Exception {
        var data = work.resolve("data");
        try (var database = EmbeddedPostgres.builder().setDataDirectory(data).start();
                var postgres = new StoppablePostgres(data);
                var one = ControlPlaneProcess.start(work.resolve("one.log"), settings(database));
                var other = ControlPlaneProcess.start(work.resolve("other.log"), settings(database));
                var _ = Agent.start(agent(one, other));
                var http = HttpClient.newHttpClient()) {
            await().atMost(SOON).until(() -> one.links() + other.links() == 1);
            var linked = one.links() == 1 ? one : other;
            var spare = linked == one ? other : one;
            RunningDevServer.deployExample(linked.api(), "counter", work);
            var callers = new Callers(http, List.of(counter(linked), counter(spare)));
            try {
                callers.awaitMore();

                // Several times as long as the lease, which only the word of both carries on.
                postgres.pause();
                callers.awaitMoreFor(Duration.ofSeconds(8));
                postgres.resume();
                await().atMost(SOON)
                        .until(() -> linked.send("GET", "/health", "").statusCode() == 200);

                linked.kill();
                long killed = System.nanoTime();
                await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> spare.links() == 1);
                System.out.printf(
                        "the agent speaks with the other control plane %d ms after one was killed%n",
                        Duration.ofNanos(System.nanoTime() - killed).toMillis());
                counter(spare);
                callers.awaitMore();
            } finally {
                callers.stop();
            }
            callers.check();
        }
    }

    @Test
    void one_that_starts_before_postgres_waits_for_it() throws Exception {
        var data = work.resolve("data");
        var log = work.resolve("early.log");
        try (var database = EmbeddedPostgres.builder().setDataDirectory(data).start();
                var postgres = new StoppablePostgres(data)) {
            postgres.stop();
            var starting = CompletableFuture.supplyAsync(() -> started(log, database));
            await().atMost(SOON)
                    .until(() -> Files.exists(log) && Files.readString(log).contains("Postgres does not answer yet"));
            postgres.start();
            try (var early = starting.get(60, TimeUnit.SECONDS)) {
                assertThat(early.send("GET", "/actors", "").statusCode()).isEqualTo(200);
            }
        }
    }

    private static ControlPlaneProcess started(Path log, EmbeddedPostgres database) {
        try {
            return ControlPlaneProcess.start(log, settings(database));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the URL of a new one that runs */
    private static String counter(ControlPlaneProcess controlPlane) throws Exception {
        var created = controlPlane.send("POST", "/actors", """
                {"tags": {}, "build_tags": {"name": "counter", "current": "true"},
                 "lifecycle": {"durable": true}, "network": {"ports": {"http": {"protocol": "http"}}}}""");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        var id = RunningDevServer.id(ControlPlaneProcess.actor(created));
        return RunningDevServer.url(controlPlane.awaitRunning(id), "http");
    }

    private static Map<String, String> settings(EmbeddedPostgres database) {
        var settings = new HashMap<>(PostgresAwayTest.SHORT_LEASES);
        settings.put("RIVET_DATABASE_URL", database.getJdbcUrl("postgres", "postgres"));
        settings.put("RIVET_DATABASE_USER", "postgres");
        settings.put("RIVET_DATABASE_PASSWORD", "postgres");
        settings.put("RIVET_DATABASE_TEST", "true");
        settings.put("RIVET_AGENTS_TOKEN", TOKEN);
        return settings;
    }

    private AgentSettings agent(ControlPlaneProcess one, ControlPlaneProcess other) {
        return AgentSettings.read(Map.of(
                "RIVET_CONTROL_PLANE_URL",
                one.api() + "," + other.api(),
                "RIVET_AGENT_TOKEN",
                TOKEN,
                "RIVET_DATA_DIR",
                work.resolve("agent").toString(),
                "RIVET_TOOLS_DIR",
                RunningDevServer.CHECKOUT.resolve(".rivet/tools").toString(),
                "RIVET_PROXY_PORT",
                "0"));
    }
}
