package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.launch.Javascript;

/** The order of keys in JavaScript; what is checked is in {@code key-order.js}. */
class KeyOrderTest {

    private static final Path EXAMPLES = Path.of("../docs/reference/key-order.txt");

    @TempDir
    Path folder;

    @Test
    void keys_sort_as_their_elements_do_and_the_examples_are_these_bytes() throws Exception {
        for (var name : List.of("rivet-keys.js", "key-order.js")) {
            copy(name);
        }
        Files.copy(EXAMPLES, folder.resolve("key-order.txt"));

        var deno = new ProcessBuilder(
                        TestDeno.path().toString(), "run", "--no-config", "--allow-read=" + folder, "key-order.js")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(deno.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(deno.waitFor()).as(said).isZero();
        assertThat(said).startsWith("ok ");
    }

    private void copy(String name) throws IOException {
        try (var in = Objects.requireNonNull(Javascript.class.getResourceAsStream(name), name)) {
            Files.copy(in, folder.resolve(name));
        }
    }
}
