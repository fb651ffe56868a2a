package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.BUILD;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each example can be deployed from a fresh copy, its packages fetched as its lock file says. */
final class ExamplesTest {

    @TempDir
    Path folder = Path.of("");

    private final StubControlPlane server = new StubControlPlane(0);

    @AfterEach
    void stop() {
        server.close();
    }

    static Stream<Path> examples() throws IOException {
        try (var folders = Files.list(Shell.REPOSITORY.resolve("examples"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("rivet.json"))).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void example_can_be_deployed(Path example) throws IOException {
        copy(example);
        accept();

        var ran = new Shell(folder).at(server.uri()).run("deploy");

        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(server.requests().get(1).body()).contains("\"kind\":\"%s\"".formatted(kind(example)));
    }

    private static String kind(Path example) {
        if (Files.exists(example.resolve("pom.xml"))) {
            return "java";
        }
        return example.endsWith("stubborn") ? "executable" : "javascript";
    }

    @Test
    void new_project_can_be_deployed_as_it_is() {
        accept();

        new Shell(folder).run("init");

        assertThat(new Shell(folder).at(server.uri()).run("deploy").exit()).isZero();
        assertThat(folder.resolve("node_modules")).doesNotExist();
    }

    private void accept() {
        server.answer("GET /builds", 200, "{\"builds\": []}")
                .preparing("POST /builds/prepare", BUILD)
                .answer("PUT /parts/1", 200, "")
                .answer("POST /builds/" + BUILD + "/complete", 200, "{}")
                .answer("PATCH /builds/" + BUILD + "/tags", 200, "{}");
    }

    private void copy(Path example) throws IOException {
        try (var files = Files.walk(example)) {
            for (var file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("node_modules"))
                    .toList()) {
                var copy = folder.resolve(example.relativize(file).toString());
                Files.createDirectories(copy.resolve("..").normalize());
                Files.copy(file, copy);
            }
        }
    }
}
