package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.link.ActorReport.Phase;

/** While Postgres is away callers are told to come back; when it is back everything is as it was. */
class DatabaseAwayTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void callers_are_told_to_come_back_and_nothing_acknowledged_is_lost(@TempDir Path data) throws IOException {
        var postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
        var port = postgres.getPort();
        var database = new TestDatabase(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
        try (var controlPlane = TestControlPlane.start(database, Map.of("rivet.database.acquire-timeout", "500ms"))) {
            var api = controlPlane.api();
            api.build("kept.tar", "{\"name\": \"kept\"}");
            var agent = controlPlane.agent("local", 1000, 1024);
            var actor = api.actor("{\"tags\": {\"a\": \"b\"}, \"build_tags\": {\"name\": \"kept\"}}");
            agent.awaitRun(actor, 1);

            postgres.close();

            for (var answer : List.of(
                    api.get("/health"),
                    api.get("/actors/" + actor),
                    api.get("/actors"),
                    api.get("/regions"),
                    api.delete("/actors/" + actor),
                    api.post("/actors", "{\"tags\": {}, \"build_tags\": {\"name\": \"kept\"}}"))) {
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.code()).isEqualTo("DATABASE_UNAVAILABLE");
                assertThat(answer.raw().headers().firstValue("retry-after")).hasValue("1");
                assertThat(answer.text("/ray_id")).isNotBlank();
            }
            // What an agent says now cannot be kept, so the conversation ends and is held again later.
            agent.report(actor, 1, new Phase.Up(Map.of()));
            await().atMost(SOON).until(agent::isClosed);

            try (var again = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start()) {
                await().atMost(SOON).until(() -> api.get("/health").status() == 200);
                assertThat(api.state(actor)).isEqualTo("starting");
                var back = controlPlane.agent(agent.id, "local", 1000, 1024);
                back.up(back.awaitRun(actor, 1));
                await().atMost(SOON).until(() -> api.state(actor).equals("running"));
                assertThat(again.getPort()).isEqualTo(port);
            }
        }
    }
}
