package rivet.cli.terminal;

import java.io.InputStream;
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
 * @param interactive whether there is somebody to ask: standard input and output are a terminal
 * @param colours whether standard output is a terminal that shows colours
 */
public record Surroundings(
        Path directory,
        Path home,
        Map<String, String> environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean interactive,
        boolean colours,
        InstantSource clock) {

    public static Surroundings ofThisProcess() {
        var environment = System.getenv();
        return new Surroundings(
                Path.of("").toAbsolutePath(),
                home(environment),
                environment,
                System.in,
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                new PrintStream(System.err, true, StandardCharsets.UTF_8),
                onTerminal(),
                onTerminal() && coloursWanted(environment),
                InstantSource.system());
    }

    /** A variable that is set to something. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** Where a person's settings are kept, by the XDG base directory specification; none where there is no home. */
    public Optional<Path> configuration() {
        return variable("XDG_CONFIG_HOME")
                .map(Path::of)
                .filter(Path::isAbsolute)
                .or(() -> variable("HOME").map(home -> Path.of(home, ".config")))
                .map(folder -> folder.resolve("rivet"));
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

    @SuppressWarnings("SystemConsoleNull") // since Java 25 it is null again where there is no terminal
    private static boolean onTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /** See no-color.org for {@code NO_COLOR}. */
    private static boolean coloursWanted(Map<String, String> environment) {
        return !environment.containsKey("NO_COLOR") && !"dumb".equals(environment.get("TERM"));
    }
}
