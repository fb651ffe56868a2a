package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

/**
 * Many people ask for the actor of one key at the same moment, each with a command of their own: ten of them here, as many as
 * {@code -Dstory.people=} says elsewhere. Each is a JVM, so fifty take a machine a minute.
 */
@ExtendWith(SharedDevServer.class)
class KeyStoryTest {

    private static final int PEOPLE = Integer.getInteger("story.people", 10);

    /** Ends when it is told, and then only after the test says so. */
    private static final String ACTOR = """
            export default { async start(ctx) {
              await new Promise((told) => ctx.signal.addEventListener("abort", told));
              while ((await fetch(Deno.env.get("MAY_END"))).status !== 200);
            } };
            """;

    @TempDir
    Path folder = Path.of("");

    private final RunningDevServer server;

    @AutoClose("shutdownNow")
    private final ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();

    private final AtomicInteger mayEnd = new AtomicInteger(503);

    @AutoClose
    private final Gate gate = new Gate(mayEnd);

    KeyStoryTest(SharedDevServer.Running running) {
        this.server = running.server();
    }

    @BeforeEach
    void deploy() throws Exception {
        Files.writeString(folder.resolve("keyed.js"), ACTOR);
        Files.writeString(folder.resolve("rivet.json"), "{\"actors\": {\"keyed\": {\"script\": \"keyed.js\"}}}");
        assertThat(server.rivet(folder, "deploy").exitCode()).isZero();
    }

    @Test
    void all_get_the_same_actor() throws Exception {
        var answers = all(ask("room-7"));

        assertThat(answers).hasSize(PEOPLE).containsOnly(answers.getFirst());
        end(answers.getFirst());
    }

    @Test
    void all_who_ask_during_its_destruction_get_the_same_successor() throws Exception {
        var first = id(server.rivet(folder, command("room-8")));
        assertThat(server.send("DELETE", "/actors/" + first, null).statusCode()).isEqualTo(200);

        var asked = ask("room-8");
        // There are others, the agent's and our own, some of which are idle and may go: a few of the people may not be
        // there yet.
        await().atMost(Duration.ofMinutes(4)).until(() -> connections() >= PEOPLE);
        assertThat(asked).as("the key is still held").noneMatch(Future::isDone);
        mayEnd.set(200);

        var answers = all(asked);
        assertThat(answers).hasSize(PEOPLE).containsOnly(answers.getFirst()).doesNotContain(first);
        end(answers.getFirst());
    }

    private List<Future<RunningDevServer.Ran>> ask(String key) {
        return IntStream.range(0, PEOPLE)
                .mapToObj(_ -> people.submit(() -> server.rivet(folder, command(key))))
                .toList();
    }

    private String[] command(String key) {
        return new String[] {
            "actor",
            "create",
            "--key",
            key,
            "-b",
            "name=keyed",
            "--kill-timeout",
            "600000",
            "--env",
            "MAY_END=" + gate.url(),
            "--json"
        };
    }

    private static List<String> all(List<Future<RunningDevServer.Ran>> asked)
            throws InterruptedException, ExecutionException {
        var ids = new ArrayList<String>();
        for (var one : asked) {
            ids.add(id(one.get()));
        }
        return ids;
    }

    private static String id(RunningDevServer.Ran ran) {
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
        return Wire.JSON.readTree(ran.output()).at("/actor/id").asString();
    }

    private void end(String actor) throws Exception {
        mayEnd.set(200);
        assertThat(server.send("DELETE", "/actors/" + actor + "?override_kill_timeout=0", null)
                        .statusCode())
                .isEqualTo(200);
    }

    /** Open connections to the API, as its side sees them. */
    private long connections() throws IOException {
        var port = ":%04X ".formatted(server.api().getPort());
        try (var lines = Files.lines(Path.of("/proc/net/tcp6"))) {
            try (var more = Files.lines(Path.of("/proc/net/tcp"))) {
                return Stream.concat(lines, more)
                        .filter(line -> line.strip().matches("\\d+: \\S+" + port + "\\S+ 01 .*"))
                        .count();
            }
        }
    }

    /** Says whether the actor may end. */
    private static final class Gate implements AutoCloseable {

        private final HttpServer http;

        Gate(AtomicInteger status) {
            try {
                http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            http.createContext("/", exchange -> {
                exchange.sendResponseHeaders(status.get(), -1);
                exchange.close();
            });
            http.start();
        }

        String url() {
            return "http://127.0.0.1:%d/".formatted(http.getAddress().getPort());
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }
}
