package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** What the published client has, so that a namespace without a test of its own is noticed. */
@ExtendWith(SharedDevServer.class)
class PublishedClientNamespacesTest {

    @Test
    void each_has_a_test_of_its_own(SharedDevServer.Running running) throws Exception {
        var printed = running.passes("namespaces.mjs");

        assertThat(Wire.JSON.readTree(printed))
                .extracting(JsonNode::asString)
                .containsExactlyInAnyOrder("actors", "actors.logs", "builds", "regions", "routes");
    }
}
