package rivet.devserver.stories;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The published npm client, unmodified, over every method of {@code client.actors.logs}. */
@ExtendWith(SharedDevServer.class)
class PublishedClientLogsTest {

    @Test
    void every_method(SharedDevServer.Running running) throws Exception {
        running.passes("logs.mjs");
    }
}
