package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.cli.project.Build;
import rivet.cli.project.ProjectFile;
import rivet.protocol.Wire;

final class InitCommandTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void new_project_is_named_after_its_folder_and_can_be_read() {
        var ran = new Shell(folder).run("init", "My Room");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).startsWith("made my-room in ").endsWith("  rivet deploy\n");
        assertThat(ProjectFile.find(folder.resolve("My Room")).builds())
                .extracting(Build::name)
                .containsExactly("my-room");
        assertThat(folder.resolve("My Room/types/rivet-actor/index.d.ts"))
                .hasSameTextualContentAs(Shell.REPOSITORY.resolve("actor-sdk/typescript/index.d.ts"));
    }

    @Test
    void nothing_is_overwritten_and_nothing_half_done() throws IOException {
        Files.writeString(folder.resolve("package.json"), "mine");

        var ran = new Shell(folder).run("init");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("has package.json already; nothing was written");
        assertThat(folder).isDirectoryNotContaining("glob:**rivet.json");
        assertThat(folder.resolve("package.json")).hasContent("mine");
    }

    @Test
    void json_names_the_files() {
        var ran = new Shell(folder).run("init", "a", "--json");

        assertThat(Wire.JSON.readTree(ran.out()).at("/files/1").asString()).isEqualTo("src/main.ts");
    }
}
