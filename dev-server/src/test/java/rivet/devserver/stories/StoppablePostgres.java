package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Postgres that is stopped and started under the feet of those who use it. */
final class StoppablePostgres implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Path data;
    private final List<String> command = new ArrayList<>();
    private ProcessHandle postmaster;

    /** @param data of one that runs */
    StoppablePostgres(Path data) throws IOException {
        this.data = data;
        this.postmaster = ProcessHandle.of(Long.parseLong(
                        Files.readAllLines(data.resolve("postmaster.pid")).getFirst()))
                .orElseThrow();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U")); // as it was started before: Postgres refuses to be root
        }
        command.addAll(List.of(
                Files.readString(Path.of("/proc/%d/cmdline".formatted(postmaster.pid())), StandardCharsets.ISO_8859_1)
                        .split("\0")));
    }

    /** A fast shutdown: sessions are ended, and nobody listens any more. */
    void stop() throws Exception {
        signal("INT", Stream.of(postmaster));
        postmaster.onExit().get(20, TimeUnit.SECONDS);
    }

    /** kill -9 of all its processes. */
    void kill() throws Exception {
        var all = Stream.concat(Stream.of(postmaster), postmaster.children()).toList();
        signal("KILL", all.stream());
        for (var process : all) {
            process.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    /** Returns at once; it accepts connections soon. */
    void start() throws IOException {
        postmaster = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolveSibling("postgres.log").toFile()))
                .start()
                .toHandle();
    }

    /** Only of one that is stopped. */
    void copy(String name) throws Exception {
        run("cp", "-a", data.toString(), data.resolveSibling(name).toString());
    }

    /** It dies, and a copy takes its place: all that was written since is gone. Returns when the copy takes writes. */
    void failOver(String copy) throws Exception {
        signal("QUIT", Stream.of(postmaster));
        postmaster.onExit().get(20, TimeUnit.SECONDS);
        run("rm", "-r", data.toString());
        run("mv", data.resolveSibling(copy).toString(), data.toString());
        Files.deleteIfExists(data.resolveSibling("postgres.log"));
        Files.createFile(data.resolve("standby.signal"));
        start();
        await().atMost(BOUND).until(() -> log().contains("database system is ready to accept read-only connections"));
        Files.createFile(data.resolve("promote"));
        signal("USR1", Stream.of(postmaster));
        await().atMost(BOUND).until(() -> log().contains("selected new timeline ID"));
    }

    private String log() throws IOException {
        return Files.readString(data.resolveSibling("postgres.log"));
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Nothing is answered any more, and no connection is closed. */
    void pause() throws Exception {
        signal("STOP", Stream.concat(Stream.of(postmaster), postmaster.children()));
    }

    void resume() throws Exception {
        signal("CONT", Stream.concat(postmaster.children(), Stream.of(postmaster)));
    }

    private static void signal(String name, Stream<ProcessHandle> processes) throws Exception {
        var kill = new ArrayList<>(List.of("kill", "-" + name));
        processes.map(process -> Long.toString(process.pid())).forEach(kill::add);
        assertThat(new ProcessBuilder(kill).inheritIO().start().waitFor()).isZero();
    }

    /** Ends what was started here; the dev server ends the one that it started. */
    @Override
    public void close() throws IOException {
        try {
            if (postmaster.isAlive()) {
                resume();
                stop();
            }
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
