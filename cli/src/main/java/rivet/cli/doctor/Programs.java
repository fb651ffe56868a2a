package rivet.cli.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import rivet.cli.terminal.Surroundings;

/** The programs that Rivet runs. */
final class Programs {

    private static final int JAVA = 25;
    private static final int NODE = 20;
    private static final int DENO = 2;
    private static final long ANSWER_SECONDS = 10;
    private static final Pattern MAJOR = Pattern.compile("(\\d+)\\.\\d+[.\\d]*");

    private final Surroundings surroundings;

    Programs(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    List<Check> checks() {
        return List.of(jdk(), node(), npm(), deno());
    }

    private static Check jdk() {
        var found = "%s in %s".formatted(Runtime.version(), System.getProperty("java.home"));
        if (Runtime.version().feature() < JAVA) {
            return Check.fail("jdk", found, "install a JDK %d; it need not be the default java".formatted(JAVA));
        }
        return Files.isExecutable(Path.of(System.getProperty("java.home"), "bin", "javac"))
                ? Check.ok("jdk", found)
                : Check.warn(
                        "jdk", found + ", without a compiler", "install a full JDK %d to build Rivet".formatted(JAVA));
    }

    private Check node() {
        return program("node", find("node"), NODE, "install Node.js %d or newer".formatted(NODE));
    }

    private Check npm() {
        var named = surroundings.variable("RIVET_NPM");
        var program = named.isPresent() ? named.map(Path::of).filter(Files::isExecutable) : find("npm");
        var remedy = named.isPresent()
                ? "RIVET_NPM: make it the path of npm"
                : "install Node.js %d or newer, which brings npm".formatted(NODE);
        return program("npm", program, 1, remedy);
    }

    /** Named, or on the PATH, or one that the agent has installed: as the agent looks for it. */
    private Check deno() {
        var remedy = "install Deno %d, or see that npm works: the first JavaScript actor installs it".formatted(DENO);
        var named = surroundings.variable("RIVET_DENO");
        if (named.isPresent()) {
            return program(
                    "deno",
                    named.map(Path::of).filter(Files::isExecutable),
                    DENO,
                    "RIVET_DENO: make it the path of Deno");
        }
        var program = find("deno").or(this::installedDeno);
        if (program.isEmpty() && find("npm").isPresent()) {
            return Check.ok("deno", "none yet; the first JavaScript actor installs it with npm");
        }
        return program("deno", program, DENO, remedy);
    }

    private Optional<Path> installedDeno() {
        var tools = surroundings.home().resolve(".rivet");
        try (var files =
                Files.find(tools, 6, (path, _) -> path.toString().matches(".*/node_modules/@deno/[^/]+/deno"))) {
            return files.filter(Files::isExecutable).findFirst();
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }

    private Check program(String name, Optional<Path> program, int wanted, String remedy) {
        if (program.isEmpty()) {
            return Check.fail(name, "not found", remedy);
        }
        var version = version(program.get());
        if (version.isEmpty()) {
            return Check.fail(name, "%s does not tell its version".formatted(program.get()), remedy);
        }
        var found = "%s in %s".formatted(version.get(), program.get());
        var major = MAJOR.matcher(version.get());
        return major.find() && Integer.parseInt(major.group(1)) >= wanted
                ? Check.ok(name, found)
                : Check.warn(name, found, remedy);
    }

    private static Optional<String> version(Path program) {
        try {
            var process = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            var said = process.inputReader(StandardCharsets.UTF_8);
            if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            var number = MAJOR.matcher(Optional.ofNullable(said.readLine()).orElse(""));
            return process.exitValue() == 0 && number.find() ? Optional.of(number.group()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<Path> find(String name) {
        return Stream.of(surroundings.variable("PATH").orElse("").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
