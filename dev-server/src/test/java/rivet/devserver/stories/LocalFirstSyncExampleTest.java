package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/local-first-sync}: all clients come to have the latest edit of each record. */
class LocalFirstSyncExampleTest {

    @TempDir
    Path work;

    @Test
    void clients_agree_however_often_the_actor_is_killed() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS)) {
            server.deployExample("local-first-sync", work);
            var actor = server.create("""
                    {"tags": {}, "build_tags": {"name": "local-first-sync", "current": "true"}, "lifecycle": {"durable": true},
                     "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""");
            var killings = new Killings(work.resolve("data"));
            var clients = Script.start(
                    "local-first-sync.mjs",
                    List.of(
                            RunningDevServer.CHECKOUT
                                    .resolve("examples/local-first-sync")
                                    .toString(),
                            RunningDevServer.url(actor, "http").replaceAll("/?$", "/"),
                            Long.toString(killings.seed())));

            killings.go(clients::lines);

            assertThat(clients.end()).startsWith("agreed on ");
        }
    }
}
