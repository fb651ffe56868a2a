package cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program as an operator starts it, which can be ended, paused and started again; its output is appended to a file. */
final class Program {

    private final Place place;
    private final List<String> command;
    private final Map<String, String> variables;
    private final Path log;
    private volatile Process process;
    private volatile boolean paused;
    private boolean kept;
    private boolean wanted;

    Program(Place place, List<String> command, Map<String, String> variables, Path log) {
        this.place = place;
        this.command = command;
        this.variables = variables;
        this.log = log;
    }

    /** From now on it is started again a second after it has ended by itself, as service managers do. */
    Program kept() {
        kept = true;
        return this;
    }

    synchronized void start() throws IOException {
        if (runs()) {
            return;
        }
        wanted = kept;
        var line = new ArrayList<>(place.prefix());
        line.addAll(command);
        var builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("RIVET_"));
        builder.environment().putAll(variables);
        process = builder.start();
        paused = false;
        var started = process;
        var _ = started.onExit().thenRunAsync(() -> startAgain(started), CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
    }

    private synchronized void startAgain(Process ended) {
        if (wanted && process == ended) {
            try {
                start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private synchronized void giveUp() {
        wanted = false;
    }

    boolean runs() {
        return process != null && process.isAlive();
    }

    boolean paused() {
        return paused;
    }

    long pid() {
        return process.pid();
    }

    /** kill -9; returns when it is gone. */
    void kill() throws InterruptedException {
        giveUp();
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    void pause() throws IOException, InterruptedException {
        if (runs()) {
            signal("STOP");
            paused = true;
        }
    }

    void resume() throws IOException, InterruptedException {
        if (runs()) {
            signal("CONT");
        }
        paused = false;
    }

    /** As a service manager stops it. */
    void stop() throws IOException, InterruptedException {
        giveUp();
        if (runs()) {
            resume();
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }

    String log() throws IOException {
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private void signal(String name) throws IOException, InterruptedException {
        Shell.run("kill", "-" + name, Long.toString(process.pid()));
    }
}
