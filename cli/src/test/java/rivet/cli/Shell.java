package rivet.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import rivet.cli.terminal.Surroundings;

/** Where a test types its commands. */
public final class Shell {

    /** The folder of the repository, whose tools and examples the tests use. */
    public static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    private final Path directory;
    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private String typed = "";
    private boolean interactive;

    public Shell(Path directory) {
        this(directory, REPOSITORY);
    }

    public Shell(Path directory, Path home) {
        this.directory = directory;
        this.home = home;
    }

    public Shell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** A person is there and types this. */
    public Shell typing(String lines) {
        this.typed = lines;
        this.interactive = true;
        return this;
    }

    /** This comes through a pipe. */
    public Shell piping(String lines) {
        this.typed = lines;
        this.interactive = false;
        return this;
    }

    public Shell at(URI endpoint) {
        return with("RIVET_ENDPOINT", endpoint.toString());
    }

    /** @param out standard output @param err standard error */
    public record Ran(int exit, String out, String err) {}

    public Ran run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var clock = Instant.parse("2026-01-02T03:04:05Z");
        var in = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
        int exit = Rivet.run(
                new Surroundings(
                        directory, home, environment, in, stream(out), stream(err), interactive, false, () -> clock),
                arguments);
        return new Ran(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
