package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published npm client, unmodified, over every method of its namespaces routes, regions and builds. */
class PublishedClientRoutesTest {

    @TempDir
    static Path work;

    private static RunningDevServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void routes_lead_to_actors_and_their_requests_are_in_the_history() throws Exception {
        server.deployExample("counter", work);

        var ran = server.node("routes.mjs", server.api().toString(), "counter");

        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    @Test
    void builds_are_uploaded_tagged_listed_and_rolled_back() throws Exception {
        var ran = server.node("builds.mjs", server.api().toString());

        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }
}
