package rivet.cli.quickstart;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.cli.StubControlPlane.ACTOR;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.cli.Rivet;
import rivet.cli.Shell;
import rivet.cli.StubControlPlane;
import rivet.protocol.Wire;

/** With a folder of Rivet's own whose script starts {@link FakeDevServer}. */
final class QuickstartCommandTest {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @TempDir
    Path home = Path.of("");

    private int port;

    @BeforeEach
    void makeHome() throws IOException {
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var script = Files.writeString(
                home.resolve("rivet"),
                "#!/bin/sh\nexec '%s' -cp '%s' %s \"$@\"\n"
                        .formatted(JAVA, System.getProperty("java.class.path"), FakeDevServer.class.getName()));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        // The bundler is the repository's; the example is one without packages.
        var tools = Files.createDirectories(Shell.REPOSITORY.resolve(".rivet/tools"));
        Files.createDirectories(home.resolve(".rivet"));
        Files.createSymbolicLink(home.resolve(".rivet/tools"), tools);
        var example = Files.createDirectories(home.resolve("examples/counter"));
        Files.writeString(example.resolve("rivet.json"), "{\"actors\": {\"counter\": {\"script\": \"main.js\"}}}");
        Files.writeString(example.resolve("main.js"), "export default { async start() {} };\n");
    }

    @AfterEach
    void endServer() throws IOException {
        if (Files.exists(home.resolve("pid"))) {
            server().ifPresent(ProcessHandle::destroyForcibly);
        }
        Files.delete(home.resolve(".rivet/tools"));
    }

    @Test
    void once_starts_a_server_shows_the_reply_and_leaves_nothing() throws IOException {
        var ran = shell().run("quickstart", "--once", "--port", "" + port, "--proxy-port", "7");

        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.out())
                .startsWith("reply   {\"count\": 1}\nactor   " + ACTOR)
                .contains("all of it worked and is taken down again");
        assertThat(ran.err()).contains("starting a dev server", "the dev server is ready", "stopping the dev server");
        assertThat(home.resolve("arguments"))
                .hasContent(String.join("\n", "dev", "--port", "" + port, "--proxy-port", "7"));
        assertThat(server()).isEmpty();
        assertThat(Files.readAllLines(home.resolve("requests"))).contains("DELETE /actors/" + ACTOR);
    }

    @Test
    void without_once_the_server_and_the_actor_stay() throws IOException {
        var ran = shell().run("quickstart", "--port", "" + port, "--json");

        assertThat(ran.exit()).as(ran.err()).isZero();
        var shown = Wire.JSON.readTree(ran.out());
        assertThat(shown.path("id").asString()).isEqualTo(ACTOR);
        assertThat(shown.path("url").asString()).isEqualTo("http://127.0.0.1:%d/%s-http".formatted(port, ACTOR));
        assertThat(server()).isPresent();
    }

    @Test
    void server_that_answers_already_is_used_and_left_alone() {
        try (var running = new StubControlPlane(port)) {
            FakeDevServer.answer(running, 200);

            var ran = shell().run("quickstart", "--once", "--port", "" + port);

            assertThat(ran.exit()).as(ran.err()).isZero();
            assertThat(ran.err()).doesNotContain("dev server");
            assertThat(running.requestLines()).contains("DELETE /actors/" + ACTOR);
            assertThat(home.resolve("pid")).doesNotExist();
        }
    }

    @Test
    void server_that_does_not_start_is_shown_with_its_last_lines() throws IOException {
        Files.createFile(home.resolve("broken"));

        var ran = shell().run("quickstart", "--once", "--port", "" + port);

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .contains(
                        "error: the dev server ended with code 7 before it was ready; its last lines:\n  no room on the disk");
    }

    @Test
    void server_elsewhere_is_not_started() {
        var ran = new Shell(home, home)
                .with("RIVET_ENDPOINT", "http://192.0.2.1:1")
                .run("quickstart", "--endpoint", "http://localhost.invalid:1");

        assertThat(ran.exit()).isEqualTo(5);
        assertThat(ran.err()).contains("only a server on this machine can be started");
    }

    @Test
    void interrupted_once_takes_down_what_it_has_started() throws IOException {
        Files.createFile(home.resolve("silent"));
        var said = home.resolve("said");
        var command = new ProcessBuilder(List.of(
                        JAVA.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Drivet.home=" + home,
                        Rivet.class.getName(),
                        "quickstart",
                        "--once",
                        "--port",
                        "" + port))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            await().atMost(60, SECONDS).until(() -> Files.readString(said).contains("waiting for "));

            command.destroy();

            await().atMost(30, SECONDS).until(() -> !command.isAlive());
            assertThat(server()).isEmpty();
            assertThat(Files.readAllLines(home.resolve("requests"))).contains("DELETE /actors/" + ACTOR);
        } finally {
            command.destroyForcibly();
        }
    }

    private java.util.Optional<ProcessHandle> server() throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(home.resolve("pid"))))
                .filter(ProcessHandle::isAlive);
    }

    private Shell shell() {
        return new Shell(home, home);
    }
}
