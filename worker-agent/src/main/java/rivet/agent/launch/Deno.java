package rivet.agent.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import rivet.agent.host.Programs;

/** The JavaScript runtime on this machine: the one that is named, else the one on the PATH, else ours. */
public final class Deno {

    /** The one that we test with. */
    public static final String VERSION = "2.9.6";

    private static final int LAST_LINES = 5;
    private static final Duration INSTALL_BOUND = Duration.ofMinutes(5);

    private final Settings settings;
    private final Consumer<String> progress;

    /**
     * @param named takes precedence over all
     * @param npm the program that installs ours
     * @param tools where it is installed
     */
    public record Settings(Optional<Path> named, String npm, Path tools) {}

    /** @param progress one line for people before what takes long */
    public Deno(Settings settings, Consumer<String> progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /** Its path; installs it if need be, which needs the network once. Fails with what to do about it. */
    public Path locate() {
        if (settings.named().isPresent()) {
            return executable(settings.named().get());
        }
        return Programs.find("deno").orElseGet(this::installed);
    }

    private static Path executable(Path named) {
        if (!Files.isExecutable(named)) {
            throw new IllegalStateException(
                    "RIVET_DENO: %s cannot be executed (expected: the path of a Deno program)".formatted(named));
        }
        return named;
    }

    /** Agents that share a folder may install at once; the one that is finished first stays. */
    private synchronized Path installed() {
        var folder = settings.tools().resolve("deno-" + VERSION);
        var known = binary(folder);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return install(folder);
        } catch (IOException e) {
            throw failed(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        }
    }

    private Path install(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(settings.tools());
        progress.accept("Installing Deno %s …".formatted(VERSION));
        var fresh = Files.createTempDirectory(settings.tools(), ".deno-");
        npmInstall(fresh);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (binary(fresh).isEmpty()) {
            throw failed("npm installed no program for this machine");
        }
        try {
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (binary(folder).isEmpty()) {
                throw e;
            }
        }
        return binary(folder).orElseThrow(() -> failed("the installed program is gone"));
    }

    private void npmInstall(Path folder) throws IOException, InterruptedException {
        var output = folder.resolve("npm.log");
        var npm = new ProcessBuilder(
                        settings.npm(),
                        "install",
                        "--prefix",
                        folder.toString(),
                        "--no-audit",
                        "--no-fund",
                        "deno@" + VERSION)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!npm.waitFor(INSTALL_BOUND.toSeconds(), TimeUnit.SECONDS)) {
            npm.destroyForcibly();
            throw failed("npm took longer than " + INSTALL_BOUND);
        }
        if (npm.exitValue() != 0) {
            throw failed("npm said: " + lastLines(output));
        }
    }

    /** The program itself and not npm's wrapper, which is a script for Node. */
    private static Optional<Path> binary(Path folder) {
        var packages = folder.resolve("node_modules/@deno");
        if (!Files.isDirectory(packages)) {
            return Optional.empty();
        }
        try (var platforms = Files.list(packages)) {
            return platforms
                    .map(platform -> platform.resolve("deno"))
                    .filter(Files::isExecutable)
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static String lastLines(Path file) throws IOException {
        var lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private static IllegalStateException failed(String why) {
        return new IllegalStateException("Deno %s could not be installed: %s (%s)"
                .formatted(VERSION, why, "install Deno yourself and put it on the PATH, or name it in RIVET_DENO"));
    }
}
