package rivet.cli.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Installs packages: an author's own, and our tools. */
final class Npm {

    private static final Duration INSTALL_DEADLINE = Duration.ofMinutes(10);
    private static final int LAST_LINES = 15;

    private final Surroundings surroundings;
    private final Output output;

    Npm(Surroundings surroundings, Output output) {
        this.surroundings = surroundings;
        this.output = output;
    }

    /** Brings what {@code package.json} depends on, where none of it is there yet. */
    void installDependencies(Path folder) {
        if (Files.isDirectory(folder.resolve("node_modules")) || !dependsOnSomething(folder)) {
            return;
        }
        var verb = Files.exists(folder.resolve("package-lock.json")) ? "ci" : "install";
        output.progress("installing the packages of %s (npm %s)…".formatted(folder.getFileName(), verb));
        run(folder, verb);
    }

    void run(Path folder, String... arguments) {
        var command = new ArrayList<String>();
        command.add(surroundings.variable("RIVET_NPM").orElse("npm"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--no-audit", "--no-fund", "--loglevel=error"));
        Subprocess.Ended ended;
        try {
            ended = Subprocess.run(folder, INSTALL_DEADLINE, command);
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, "NPM_MISSING", "npm could not be started: " + e.getMessage())
                    .withRemedy("install Node.js 20 or newer, which brings npm");
        }
        if (ended.exitCode() != 0) {
            throw new Failure(
                    ExitCode.FAILED,
                    "NPM_FAILED",
                    "npm %s failed in %s:%n%s".formatted(arguments[0], folder, lastLines(ended.said())));
        }
    }

    private static boolean dependsOnSomething(Path folder) {
        var file = folder.resolve("package.json");
        if (!Files.exists(file)) {
            return false;
        }
        try {
            JsonNode dependencies = Wire.JSON.readTree(file).path("dependencies");
            return !dependencies.isEmpty();
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw Failure.badInput(
                    "PACKAGE_FILE_INVALID",
                    "package.json:%d:%d: %s".formatted(at.getLineNr(), at.getColumnNr(), e.getOriginalMessage()));
        }
    }

    private static String lastLines(String said) {
        var lines = said.lines().toList();
        return lines.stream().skip(Math.max(0, lines.size() - LAST_LINES)).collect(Collectors.joining("\n"));
    }
}
