package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

/** The published npm client, unmodified, does the main job. */
class PublishedClientTest {

    @TempDir
    static Path work;

    @Test
    void creates_by_tags_gets_reaches_lists_and_destroys() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"))) {
            server.deployExample("counter", work);

            var ran = server.node("main-job.mjs", server.api().toString(), "counter");

            assertThat(ran.exitCode()).as(ran.errors()).isZero();
            assertThat(Wire.JSON.readTree(ran.output()).get("url").stringValue())
                    .startsWith("http://127.0.0.1:");
        }
    }
}
