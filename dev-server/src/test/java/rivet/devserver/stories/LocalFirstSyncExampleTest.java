package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/local-first-sync}: all clients come to have the latest edit of each record. */
class LocalFirstSyncExampleTest {

    @TempDir
    Path work;

    @Test
    void clients_agree_however_often_the_actor_is_killed() throws Exception {
        var folder = RunningDevServer.CHECKOUT.resolve("examples/local-first-sync");

        assertThat(new ScriptedExample("local-first-sync", work).survives(Map.of(), folder.toString()))
                .startsWith("agreed on ");
    }
}
