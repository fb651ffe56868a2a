package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/shared-document}: everybody ends with the same document, with all that was typed. */
class SharedDocumentExampleTest {

    @TempDir
    Path work;

    @Test
    void everything_typed_is_in_everybodys_document_however_often_the_actor_is_killed() throws Exception {
        assertThat(new ScriptedExample("shared-document", work).survives(Map.of()))
                .startsWith("agreed on ");
    }
}
