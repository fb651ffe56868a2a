package rivet.cli.agent;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pause;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.AgentView;

@Command(
        name = "drain",
        description = {
            "Empty an agent, and tell how far that is until it is done.",
            "",
            "It is cordoned. Durable actors are stopped, some at a time, and started on other agents of the region "
                    + "when they are gone; the others are stopped for good. One for which no other agent has room "
                    + "stays until the deadline, and is stopped then. 'agent uncordon' ends a drain."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet agent drain ID", "  rivet agent drain ID --deadline 2h", "  rivet agent drain ID --no-wait"})
final class AgentDrainCommand extends ServerCommand {

    private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");
    private static final Duration INTERVAL = Duration.ofMillis(500);

    @Parameters(paramLabel = "ID", description = "The agent.")
    private String id = "";

    @Option(
            names = "--deadline",
            paramLabel = "SPAN",
            description =
                    "How long actors without another place may stay, such as 30s, 10m or 2h (0s to 24h; else 10m).")
    private @Nullable String deadline;

    @Option(names = "--no-wait", description = "Return when the drain has begun.")
    private boolean noWait;

    AgentDrainCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        AgentText.parseId(id);
        deadlineMs();
    }

    private @Nullable Long deadlineMs() {
        if (deadline == null) {
            return null;
        }
        var span = SPAN.matcher(deadline);
        if (!span.matches()) {
            throw Failure.badInput(
                    "BAD_OPTION", "--deadline: '%s' (expected: such as 30s, 10m or 2h)".formatted(deadline));
        }
        long count = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "h" -> Duration.ofHours(count).toMillis();
            case "m" -> Duration.ofMinutes(count).toMillis();
            case "s" -> Duration.ofSeconds(count).toMillis();
            default -> count;
        };
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var answer = server.call(
                "POST",
                "/agents/%s/drain".formatted(id),
                Map.of(),
                new AgentView.DrainRequest(deadlineMs()),
                AgentView.One.class);
        if (noWait) {
            output.result(answer, () -> {
                output.say("agent %s is being drained: %s".formatted(id, AgentText.progress(drain(answer))));
                output.next(rivet("agent get " + id), rivet("agent uncordon " + id));
            });
            return;
        }
        done(await(server, answer));
    }

    /** Tells each change. */
    private AgentView.One await(ControlPlaneClient server, AgentView.One begun) {
        output.progress("deadline " + drain(begun).deadline());
        var told = "";
        for (var now = begun; ; now = AgentText.get(server, id)) {
            var progress = AgentText.progress(drain(now));
            if (!progress.equals(told)) {
                output.progress(progress);
                told = progress;
            }
            if (drain(now).state().equals("drained")) {
                return now;
            }
            Pause.of(INTERVAL);
        }
    }

    private void done(AgentView.One answer) {
        var drain = drain(answer);
        if (drain.failed() > 0) {
            throw new Failure(
                            ExitCode.FAILED,
                            "DRAINED_WITHOUT_PLACE",
                            "agent %s is empty, but %d of its actors found no other agent when they left"
                                    .formatted(id, drain.failed()))
                    .withRemedy("they are placed as soon as there is room; '%s' shows which still wait"
                            .formatted(rivet("actor list")));
        }
        output.result(answer, () -> {
            output.say("agent %s is empty: %d actors moved, %d ended".formatted(id, drain.moved(), drain.ended()));
            output.next(rivet("agent uncordon " + id));
        });
    }

    private AgentView.Drain drain(AgentView.One answer) {
        var drain = answer.agent().drain();
        if (drain == null) {
            throw new Failure(
                    ExitCode.FAILED,
                    "DRAIN_ENDED",
                    "agent %s is not drained any more: it was uncordoned".formatted(id));
        }
        return drain;
    }
}
