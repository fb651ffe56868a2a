package rivet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;
import rivet.cli.actor.ActorCommand;
import rivet.cli.actor.RegionCommand;
import rivet.cli.deploy.BuildCommand;
import rivet.cli.deploy.DeployCommand;
import rivet.cli.init.InitCommand;
import rivet.cli.quickstart.DevCommand;
import rivet.cli.quickstart.QuickstartCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.FailurePrinter;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "rivet",
        description = "Deploy stateful programs to your own machines, and start them with one call.",
        versionProvider = Rivet.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            DevCommand.class,
            InitCommand.class,
            DeployCommand.class,
            BuildCommand.class,
            ActorCommand.class,
            RegionCommand.class
        },
        footerHeading = "%n",
        footer = {
            "Environment: RIVET_ENDPOINT (else http://127.0.0.1:6420), RIVET_TOKEN, RIVET_PROJECT, RIVET_ENVIRONMENT.",
            "Exit codes: 0 done, 1 failed, 2 bad input, 3 not found, 4 not allowed, 5 server not reachable."
        })
@SuppressWarnings("unused") // picocli reads the options --help and --version
public final class Rivet {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    public static void main(String[] arguments) {
        // Before anything else is loaded: people and scripts ask this often.
        if (arguments.length == 1 && List.of("--version", "-V").contains(arguments[0])) {
            System.out.println(versionLine());
            return;
        }
        System.exit(run(Surroundings.ofThisProcess(), arguments));
    }

    /** @return the exit code */
    public static int run(Surroundings surroundings, String... arguments) {
        var json = List.of(arguments).contains("--json");
        var commandLine = new CommandLine(Rivet.class, new Factory(surroundings))
                .setOut(writer(surroundings.out()))
                .setErr(writer(surroundings.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(surroundings.colours() ? Ansi.ON : Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, _) -> end(surroundings, usage(surroundings, e), json))
                .setExecutionExceptionHandler((e, _, _) -> end(surroundings, failure(e), json));
        return commandLine.execute(arguments);
    }

    private static int end(Surroundings surroundings, Failure failure, boolean json) {
        FailurePrinter.print(surroundings, failure, json);
        return failure.exit().number();
    }

    private static Failure usage(Surroundings surroundings, ParameterException e) {
        boolean incomplete = !(e.getCommandLine().getCommand() instanceof Callable);
        if (incomplete && !(e instanceof UnmatchedArgumentException)) {
            e.getCommandLine().usage(surroundings.err());
        }
        var command = e.getCommandLine().getCommandSpec().qualifiedName();
        var suggestions =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.<String>of();
        var guess = suggestions.isEmpty() ? "" : "did you mean '%s'? ".formatted(suggestions.getFirst());
        return Failure.badInput("USAGE", String.valueOf(e.getMessage()))
                .withRemedy("%ssee '%s --help'".formatted(guess, command));
    }

    /** What is not told as a failure is a mistake of ours, or the disk's; its class is the first thing asked for. */
    private static Failure failure(Exception e) {
        return switch (e) {
            case Failure failure -> failure;
            case UncheckedIOException io -> new Failure(ExitCode.FAILED, "INPUT_OUTPUT", String.valueOf(io.getCause()));
            default ->
                new Failure(ExitCode.FAILED, "INTERNAL", e.toString()).withRemedy("this is a bug in rivet: " + at(e));
        };
    }

    private static String at(Exception e) {
        return e.getStackTrace().length == 0 ? "no trace" : "at " + e.getStackTrace()[0];
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static String versionLine() {
        try (var resource = Rivet.class.getResourceAsStream("version.txt")) {
            if (resource == null) {
                throw new IllegalStateException("the resource version.txt is missing from this build");
            }
            return "rivet " + new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {versionLine()};
        }
    }

    /** Commands are made with their surroundings, where they have a use for them. */
    private record Factory(Surroundings surroundings) implements IFactory {

        @Override
        public <K> K create(Class<K> type) throws Exception {
            for (var constructor : type.getDeclaredConstructors()) {
                if (List.of(constructor.getParameterTypes()).equals(List.of(Surroundings.class))) {
                    constructor.setAccessible(true);
                    return type.cast(constructor.newInstance(surroundings));
                }
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
