package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars go as they are, if they are what an agent can run. */
final class JarTest {

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final Project project = new Project(() -> folder);

    @BeforeEach
    void name() throws IOException {
        project.file("{\"actors\": {\"lobby\": {\"jar\": \"target/lobby.jar\"}}}");
    }

    @Test
    void jar_is_uploaded_as_it_is() throws IOException {
        jar("example.Lobby", "x");
        project.accept();

        var ran = project.deploy();

        assertThat(ran.exit()).as(ran.err()).isZero();
        var requests = project.server().requests();
        assertThat(requests.get(0).body())
                .contains("\"kind\":\"java\"", "application/java-archive")
                .contains("\"content_length\":" + Files.size(folder.resolve("target/lobby.jar")));
        assertThat(requests.get(1).body()).contains("META-INF/MANIFEST.MF");
    }

    @Test
    void class_may_be_named_in_the_services_file() throws IOException {
        jar(null, "META-INF/services/rivet.actor.Actor");
        project.accept();

        assertThat(project.deploy().exit()).isZero();
    }

    @Test
    void jar_that_was_not_built_comes_with_the_remedy() {
        Project.assertRefused(
                project.deploy(), 2, "rivet.json:1:23: jar: no file target/lobby.jar", "such as with 'mvn package'");
    }

    @Test
    void jar_that_names_no_actor_is_refused_before_anything_is_sent() throws IOException {
        jar(null, "x");

        Project.assertRefused(
                project.deploy(), 2, "jar: target/lobby.jar names no actor (expected: 'Rivet-Actor: com.example.");
        assertThat(project.server().requests()).isEmpty();
    }

    @Test
    void file_that_is_no_jar_is_refused() throws IOException {
        project.write("target/lobby.jar", "no jar");

        Project.assertRefused(project.deploy(), 2, "jar: target/lobby.jar is no jar");
    }

    @Test
    void script_and_jar_are_two_things() throws IOException {
        project.file("{\"actors\": {\"lobby\": {\"jar\": \"a.jar\", \"script\": \"a.ts\"}}}");

        Project.assertRefused(project.deploy(), 2, "more than one thing to build", "'jar'");
    }

    private void jar(@org.jspecify.annotations.Nullable String actor, String entry) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (actor != null) {
            manifest.getMainAttributes().putValue("Rivet-Actor", actor);
        }
        Files.createDirectories(folder.resolve("target"));
        try (var jar = new JarOutputStream(Files.newOutputStream(folder.resolve("target/lobby.jar")), manifest)) {
            jar.putNextEntry(new ZipEntry(entry));
        }
    }
}
