package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** With programs that say what the test has them say, in a home of its own. */
final class DoctorCommandTest {

    @TempDir
    Path home = Path.of("");

    @BeforeEach
    void programsAreThere() throws IOException {
        program("node", "echo v22.1.0");
        program("npm", "echo 10.2.0");
        program("deno", "echo 'deno 2.9.6 (stable)'");
    }

    @Test
    void machine_that_has_all_is_well() {
        var ran = shell().run("doctor", "--json");

        assertThat(ran.exit()).isZero();
        assertThat(level(ran, "jdk")).isEqualTo("ok");
        assertThat(level(ran, "node")).isEqualTo("ok");
        assertThat(level(ran, "deno")).isEqualTo("ok");
        assertThat(level(ran, "server")).isEqualTo("warn");
        assertThat(level(ran, "data")).isEqualTo("ok");
    }

    @Test
    void what_is_missing_fails_with_a_remedy_in_its_line() throws IOException {
        Files.delete(home.resolve("bin/node"));
        program("npm", "echo 10.2.0; exit 1");

        var ran = shell().run("doctor");

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.out())
                .contains("fail  node        not found; install Node.js 20 or newer\n")
                .containsPattern("fail  npm         .* does not tell its version; install Node.js 20");
    }

    @Test
    void old_program_is_a_warning() throws IOException {
        program("node", "echo v18.0.0");

        assertThat(shell().run("doctor").out()).containsPattern("warn  node        18.0.0 in .*; install Node.js 20");
    }

    @Test
    void database_that_is_named_is_tried() throws IOException {
        int port;
        try (var database = new ServerSocket(0)) {
            port = database.getLocalPort();
            assertThat(level(withDatabaseAt(port), "postgres")).isEqualTo("ok");
        }
        assertThat(level(withDatabaseAt(port), "postgres")).isEqualTo("fail");
    }

    private Shell.Ran withDatabaseAt(int port) {
        return shell().with("SPRING_DATASOURCE_URL", "jdbc:postgresql://127.0.0.1:%d/rivet".formatted(port))
                .run("doctor", "--json");
    }

    @Test
    void clock_that_is_not_the_servers_is_told() {
        try (var server = new StubControlPlane(0)) {
            // The stub's clock is this machine's, and the shell's stands still at another time.
            var ran = shell().at(server.uri()).run("doctor", "--json");

            assertThat(level(ran, "server")).isEqualTo("ok");
            assertThat(level(ran, "clock")).isEqualTo("warn");
        }
    }

    private static String level(Shell.Ran ran, String name) {
        for (JsonNode check : Wire.JSON.readTree(ran.out()).path("checks")) {
            if (check.path("name").asString().equals(name)) {
                return check.path("level").asString();
            }
        }
        return "there is no check " + name;
    }

    private void program(String name, String script) throws IOException {
        var file = home.resolve("bin").resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Shell shell() {
        return new Shell(home, home)
                .with("PATH", home.resolve("bin").toString())
                .with("RIVET_ENDPOINT", "http://127.0.0.1:1");
    }
}
