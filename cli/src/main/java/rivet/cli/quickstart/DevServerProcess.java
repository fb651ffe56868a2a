package rivet.cli.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pause;
import rivet.cli.terminal.Surroundings;

/** A dev server in a session of its own, so that it outlives this program and does not hear its ctrl-C. */
final class DevServerProcess {

    private static final Duration READY_DEADLINE = Duration.ofSeconds(60);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(15);
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);
    private static final int LAST_LINES = 20;

    private final Output output;
    private final Path home;
    private final Path script;
    private final Path log;

    DevServerProcess(Surroundings surroundings, Output output) {
        this.output = output;
        this.home = surroundings.home();
        this.script = home.resolve("rivet");
        this.log = home.resolve(".rivet/dev.log");
    }

    /** Returns when it is ready. */
    void start(int port, int proxyPort, Cleanup cleanup) {
        long start = System.nanoTime();
        output.progress("starting a dev server (%s)…".formatted(log));
        var process = spawn(port, proxyPort);
        cleanup.add(() -> stop(process));
        awaitReady(process, start);
        output.progress("the dev server is ready after " + Output.seconds(Duration.ofNanos(System.nanoTime() - start)));
    }

    private Process spawn(int port, int proxyPort) {
        var command = new ArrayList<>(ownSession());
        command.addAll(List.of(
                script.toString(),
                "dev",
                "--port",
                Integer.toString(port),
                "--proxy-port",
                Integer.toString(proxyPort)));
        try {
            Files.createDirectories(home.resolve(".rivet"));
            return new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILED, "DEV_SERVER_FAILED", "could not start %s: %s".formatted(script, e.getMessage()));
        }
    }

    /** The program is not leader of its process group, so that setsid keeps the process id, and signals find the server. */
    private static List<String> ownSession() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .limit(1)
                .toList();
    }

    private void awaitReady(Process process, long start) {
        long nextProgress = PROGRESS_INTERVAL.toNanos();
        while (!isReady()) {
            long waited = System.nanoTime() - start;
            if (!process.isAlive() && !isReady()) {
                throw failed("the dev server ended with code %d before it was ready".formatted(process.exitValue()));
            }
            if (waited > READY_DEADLINE.toNanos()) {
                stop(process);
                throw failed("the dev server was not ready after %d s".formatted(READY_DEADLINE.toSeconds()));
            }
            if (waited > nextProgress) {
                output.progress("still starting, %d s…".formatted(TimeUnit.NANOSECONDS.toSeconds(waited)));
                nextProgress += PROGRESS_INTERVAL.toNanos();
            }
            Pause.of(INTERVAL);
        }
    }

    private boolean isReady() {
        return lines().stream().anyMatch(line -> line.equals("ready") || line.startsWith("ready "));
    }

    private void stop(Process process) {
        if (!process.isAlive()) {
            return;
        }
        output.progress("stopping the dev server…");
        process.destroy();
        try {
            if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw failed(
                        "the dev server did not stop within %d s and was killed".formatted(STOP_DEADLINE.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted while the dev server stopped");
        }
    }

    private Failure failed(String what) {
        var lines = lines();
        var last = lines.stream()
                .skip(Math.max(0, lines.size() - LAST_LINES))
                .map(line -> "\n  " + line)
                .collect(Collectors.joining());
        return new Failure(ExitCode.FAILED, "DEV_SERVER_FAILED", what + "; its last lines:" + last)
                .withRemedy("all of them are in " + log);
    }

    private List<String> lines() {
        try (var lines = Files.newBufferedReader(log)) {
            return lines.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
