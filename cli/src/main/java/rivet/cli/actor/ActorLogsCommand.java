package rivet.cli.actor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.LogQuery;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "logs",
        description = {
            "Show what an actor printed, oldest first: the newest lines that the server has.",
            "With --follow, --json prints one object a line."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor logs -f ID",
            "  rivet actor logs ID --stream stderr --search timeout",
            "  rivet actor logs ID --regex 'took [0-9]{4,} ms' --no-timestamps"
        })
final class ActorLogsCommand extends ServerCommand {

    /** Which lines; the API's name for them. */
    enum Which {
        all("all"),
        stdout("std_out"),
        stderr("std_err");

        private final String stream;

        Which(String stream) {
            this.stream = stream;
        }
    }

    @Parameters(paramLabel = "ID", description = "The actor.")
    private String id = "";

    @Option(
            names = {"-s", "--stream"},
            paramLabel = "WHICH",
            description = "all, stdout or stderr (else all).")
    private Which which = Which.all;

    @Option(names = "--search", paramLabel = "TEXT", description = "Only lines with this text in them.")
    private @Nullable String search;

    @Option(
            names = "--regex",
            paramLabel = "PATTERN",
            description = "Only lines in which this regular expression (RE2) matches something.")
    private @Nullable String regex;

    @Option(names = "--case-sensitive", description = "Tell capital letters from small ones when searching.")
    private boolean caseSensitive;

    @Option(names = "--no-timestamps", description = "Only what was printed.")
    private boolean bare;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what it prints from now on, until it is destroyed.")
    private boolean follow;

    ActorLogsCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        ActorText.parseId(id);
        if (search != null && regex != null) {
            throw Failure.badInput("BAD_OPTION", "--search and --regex (expected: one of them)");
        }
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = ActorText.parseId(id);
        var query = new LogQuery(which.stream, search == null ? regex : search, regex != null, caseSensitive);
        var follower = new LogFollower(server, output, bare ? LogFollower.Form.BARE : LogFollower.Form.WITH_TIME);
        if (follow) {
            follower.follow(actorId, query);
        } else {
            var lines = LogLines.of(server.logs(actorId, query, null)).toList();
            output.result(new Document(lines), () -> lines.forEach(follower::print));
        }
    }

    private record Document(List<LogLines.Line> lines) {}
}
