package rivet.devserver.stories;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The published npm client, unmodified, over every method of {@code client.regions}. */
@ExtendWith(SharedDevServer.class)
class PublishedClientRegionsTest {

    @Test
    void every_method(SharedDevServer.Running running) throws Exception {
        running.passes("regions.mjs");
    }
}
