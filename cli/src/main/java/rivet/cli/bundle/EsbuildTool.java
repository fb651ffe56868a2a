package rivet.cli.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

/**
 * The bundler's program, fetched once. The lock file among our resources pins the version and its digest; the program is
 * run directly, without Node.
 */
final class EsbuildTool {

    private static final String VERSION = "0.28.2";

    private final Path tools;
    private final Npm npm;
    private final Output output;

    EsbuildTool(Surroundings surroundings, Npm npm, Output output) {
        this.tools = surroundings.home().resolve(".rivet/tools");
        this.npm = npm;
        this.output = output;
    }

    Path program() {
        var folder = tools.resolve("esbuild-" + VERSION);
        if (!Files.isDirectory(folder)) {
            output.progress("installing esbuild %s into %s (once)…".formatted(VERSION, tools));
            install(folder);
        }
        var program =
                folder.resolve("node_modules/@esbuild").resolve(platform()).resolve("bin/esbuild");
        if (!Files.isExecutable(program)) {
            throw new Failure(ExitCode.FAILED, "ESBUILD_MISSING", "esbuild has no program for " + platform())
                    .withRemedy("remove %s and try again".formatted(folder));
        }
        return program;
    }

    /** Beside its place, then moved there: another process sees all of it or nothing. */
    private void install(Path folder) {
        try {
            Files.createDirectories(tools);
            var making = Files.createTempDirectory(tools, "esbuild-");
            try {
                copyResource("package.json", making);
                copyResource("package-lock.json", making);
                npm.run(making, "ci", "--ignore-scripts");
                moveUnlessThere(making, folder);
            } finally {
                Folders.delete(making);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void moveUnlessThere(Path making, Path folder) throws IOException {
        try {
            Files.move(making, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    private static void copyResource(String name, Path folder) throws IOException {
        try (var resource = EsbuildTool.class.getResourceAsStream("/rivet/cli/esbuild/" + name)) {
            if (resource == null) {
                throw new IllegalStateException("the resource esbuild/" + name + " is missing from this build");
            }
            Files.copy(resource, folder.resolve(name));
        }
    }

    /** As esbuild names its packages. */
    private static String platform() {
        return system() + "-" + architecture();
    }

    private static String system() {
        var name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return List.of("linux", "freebsd", "openbsd").stream()
                .filter(name::startsWith)
                .findFirst()
                .orElse(name.startsWith("mac") ? "darwin" : "win32");
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            case String other -> other;
        };
    }
}
