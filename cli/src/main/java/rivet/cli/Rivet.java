package rivet.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import rivet.cli.agent.AgentCommand;
import rivet.cli.deploy.BuildCommand;
import rivet.cli.deploy.DeployCommand;
import rivet.cli.doctor.DoctorCommand;
import rivet.cli.init.InitCommand;
import rivet.cli.login.LoginCommand;
import rivet.cli.login.LogoutCommand;
import rivet.cli.quickstart.DevCommand;
import rivet.cli.quickstart.QuickstartCommand;
import rivet.cli.route.RouteCommand;
import rivet.cli.tenancy.AuditCommand;
import rivet.cli.tenancy.EnvironmentCommand;
import rivet.cli.tenancy.ProjectCommand;
import rivet.cli.tenancy.TokenCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.FailurePrinter;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "rivet",
        description = "Deploy stateful programs to your own machines, and start them with one call.",
        versionProvider = Rivet.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%n",
        footer = {
            "Environment: RIVET_ENDPOINT (else http://127.0.0.1:6420), RIVET_TOKEN, RIVET_PROJECT, RIVET_ENVIRONMENT.",
            "'rivet COMMAND --help' tells more, with examples. docs/reference/cli.md has all that holds for every command."
        })
@SuppressWarnings("unused") // picocli reads the options --help and --version
public final class Rivet {

    private static final int HELP_WIDTH = 100;

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

    /** In the order of the help. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    private static Map<String, Class<?>> commands() {
        var commands = new LinkedHashMap<String, Class<?>>();
        commands.put("quickstart", QuickstartCommand.class);
        commands.put("dev", DevCommand.class);
        commands.put("init", InitCommand.class);
        commands.put("deploy", DeployCommand.class);
        commands.put("build", BuildCommand.class);
        commands.put("actor", ActorCommand.class);
        commands.put("agent", AgentCommand.class);
        commands.put("region", RegionCommand.class);
        commands.put("route", RouteCommand.class);
        commands.put("token", TokenCommand.class);
        commands.put("project", ProjectCommand.class);
        commands.put("env", EnvironmentCommand.class);
        commands.put("audit", AuditCommand.class);
        commands.put("login", LoginCommand.class);
        commands.put("logout", LogoutCommand.class);
        commands.put("doctor", DoctorCommand.class);
        commands.put("completion", CompletionCommand.class);
        return commands;
    }

    /** Where it is plain which command is meant, the others are not even looked at: that is a third of the start. */
    private static Collection<Class<?>> needed(String... arguments) {
        var named = arguments.length == 0 || arguments[0].equals("completion") ? null : COMMANDS.get(arguments[0]);
        return named == null ? COMMANDS.values() : List.of(named);
    }

    /** @return the exit code */
    public static int run(Surroundings surroundings, String... arguments) {
        var json = List.of(arguments).contains("--json");
        var commandLine = new CommandLine(Rivet.class, new Factory(surroundings));
        needed(arguments).forEach(commandLine::addSubcommand);
        explainExitCodes(commandLine);
        return commandLine
                .setOut(writer(surroundings.out()))
                .setErr(writer(surroundings.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(surroundings.colours() ? Ansi.ON : Ansi.OFF))
                .setParameterExceptionHandler((e, _) -> end(surroundings, usage(surroundings, e), json))
                .setExecutionExceptionHandler((e, _, _) -> end(surroundings, failure(e), json))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH)
                .execute(arguments);
    }

    private static void explainExitCodes(CommandLine commandLine) {
        commandLine
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.explained());
        commandLine.getSubcommands().values().forEach(Rivet::explainExitCodes);
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
