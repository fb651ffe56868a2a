package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.controlplane.replica.Replicas;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.Heartbeat.Answer;

/** What a heartbeat is answered while Postgres is away: stopped, and standing still. */
class OutagePromisesTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private static final Map<String, Object> SHORT = Map.of(
            "rivet.agents.heartbeat", "100ms",
            "rivet.agents.fence", "400ms",
            "rivet.agents.freeze", "50ms",
            "rivet.agents.stall", "50ms",
            "rivet.agents.unreachable", "2s",
            "rivet.agents.replace-after", "3s");

    @TempDir
    Path data;

    @Test
    void a_heartbeat_is_promised_and_granted_again_when_the_database_is_back() throws Exception {
        try (var postgres = start();
                var controlPlane = TestControlPlane.start(database(postgres), SHORT)) {
            var agent = controlPlane.agent("away", 1000, 1024);
            await().atMost(SOON).until(() -> agent.heartbeat(1) instanceof Answer.Grant);

            signal("STOP");
            try {
                var own = controlPlane.bean(Replicas.class).own().orElseThrow();
                assertThat(agent.heartbeat(new Heartbeat(agent.id, 1, 9))).isEqualTo(new Answer.Promise(9, own));
            } finally {
                signal("CONT");
            }

            await().atMost(SOON).until(() -> agent.heartbeat(1) instanceof Answer.Grant);
        }
    }

    @Test
    void where_outages_are_not_lived_through_nothing_is_promised() throws Exception {
        var settings = new HashMap<>(SHORT);
        settings.put("rivet.agents.outage", "0s");
        var postgres = start();
        try (var controlPlane = TestControlPlane.start(database(postgres), settings)) {
            var agent = controlPlane.agent("away", 1000, 1024);
            await().atMost(SOON).until(() -> agent.heartbeat(1) instanceof Answer.Grant);
            await().atMost(SOON)
                    .until(() -> controlPlane.bean(Replicas.class).own().isPresent());

            postgres.close();

            // No answer at all, for longer than the control plane itself refrains after its start.
            await().during(Duration.ofSeconds(4))
                    .atMost(SOON)
                    .until(() -> agent.ask(new Heartbeat(agent.id, 1, 9)).isEmpty());
        }
    }

    private EmbeddedPostgres start() throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
    }

    private static TestDatabase database(EmbeddedPostgres postgres) {
        return new TestDatabase(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
    }

    /** To Postgres and all its children: none of them answers anything any more, and no connection is closed. */
    private void signal(String name) throws Exception {
        var postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
        var pids = Stream.concat(
                        Stream.of(postmaster),
                        ProcessHandle.of(postmaster).orElseThrow().children().map(ProcessHandle::pid))
                .map(String::valueOf);
        var command = Stream.concat(Stream.of("kill", "-" + name), pids).toArray(String[]::new);
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
