package rivet.cli.terminal;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command runs.
 *
 * @param home the folder of Rivet itself, with the script {@code rivet}, the examples and the tools it has fetched
 * @param colours whether standard output is a terminal that shows colours
 */
public record Surroundings(
        Path directory,
        Path home,
        Map<String, String> environment,
        PrintStream out,
        PrintStream err,
        boolean colours,
        InstantSource clock) {

    public static Surroundings ofThisProcess() {
        var environment = System.getenv();
        return new Surroundings(
                Path.of("").toAbsolutePath(),
                home(environment),
                environment,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                coloursWanted(environment),
                InstantSource.system());
    }

    /** A variable that is set to something. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** How the caller would write the command {@code rivet} where they are. */
    public String command() {
        if (!directory.startsWith(home)) {
            return "rivet";
        }
        var way = directory.relativize(home).toString();
        return way.isEmpty() ? "./rivet" : way + "/rivet";
    }

    private static Path home(Map<String, String> environment) {
        var home = System.getProperty("rivet.home");
        return home != null ? Path.of(home).toAbsolutePath().normalize() : userFolder(environment);
    }

    private static Path userFolder(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", ".")))
                .toAbsolutePath();
    }

    /** See no-color.org for {@code NO_COLOR}. */
    @SuppressWarnings("SystemConsoleNull") // since Java 25 it is null again where there is no terminal
    private static boolean coloursWanted(Map<String, String> environment) {
        if (environment.containsKey("NO_COLOR") || "dumb".equals(environment.get("TERM"))) {
            return false;
        }
        var console = System.console();
        return console != null && console.isTerminal();
    }
}
