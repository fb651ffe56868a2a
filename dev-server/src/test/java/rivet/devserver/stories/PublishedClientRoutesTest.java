package rivet.devserver.stories;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The published npm client, unmodified, over every method of {@code client.routes}. */
@ExtendWith(SharedDevServer.class)
class PublishedClientRoutesTest {

    @Test
    void every_method(SharedDevServer.Running running) throws Exception {
        running.server().deployExample("counter", running.work());

        running.passes("routes.mjs", "counter");
    }
}
