package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/shared-document}: everybody ends with the same document, with all that was typed. */
class SharedDocumentExampleTest {

    private static final String WITNESS = "shared-document-witness.mjs";
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path work;

    @Test
    void everything_typed_is_in_everybodys_document_however_often_the_actor_is_killed() throws Exception {
        assertThat(new ScriptedExample("shared-document", work).survives(Map.of()))
                .startsWith("agreed on ");
    }

    /**
     * Clients that stay bring again what was lost, and what an actor has sent to its store is written although it dies. So the
     * author leaves, and everything dies while nothing can be written.
     */
    @Test
    void what_somebody_saw_is_kept_though_its_author_left_and_everything_died() throws Exception {
        var data = work.resolve("data");
        try (var machine = Machine.start(data)) {
            var server = machine.server();
            server.deployExample("shared-document", work);
            var actor = server.create("""
                    {"tags": {}, "build_tags": {"name": "shared-document", "current": "true"}, "lifecycle": {"durable": true},
                     "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""");
            var people = Script.start(WITNESS, List.of(RunningDevServer.url(actor, "http"), "write"));
            await().atMost(LONG).until(() -> people.lines() > 0);

            machine.postgres().pause();
            var seen = people.end();
            machine.die();

            try (var again = RunningDevServer.start(data)) {
                var late = Script.start(WITNESS, List.of(RunningDevServer.url(again.actor(actor), "http"), "read"));
                assertThat(seen).startsWith("first");
                assertThat(late.end().split(" ")).contains(seen.split(" "));
                again.destroy(actor);
            }
        }
    }
}
