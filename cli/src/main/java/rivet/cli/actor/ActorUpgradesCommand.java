package rivet.cli.actor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Pause;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.RolloutView;

@Command(
        name = "upgrades",
        description = {
            "How far the upgrades of many actors are that go some at a time, newest first; or one of them.",
            "See 'rivet actor upgrade --tags … --batch-size N' for how they begin. A later one of the same actors supersedes it."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet actor upgrades", "  rivet actor upgrades ID --wait", "  rivet actor upgrades ID --cancel"})
final class ActorUpgradesCommand extends ServerCommand {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The upgrade.")
    private @Nullable String id;

    @Option(names = "--cancel", description = "Upgrade no more actors; those that were told go on.")
    private boolean cancel;

    @Option(names = "--wait", description = "Return when it is over; fail unless all actors are ready.")
    private boolean wait;

    ActorUpgradesCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        if (id == null && (cancel || wait)) {
            throw Failure.badInput("BAD_OPTION", "--cancel or --wait without an ID");
        }
        if (cancel && wait) {
            throw Failure.badInput("BAD_OPTION", "--cancel with --wait (expected: one of them)");
        }
    }

    @Override
    protected void run(ControlPlaneClient server) {
        if (id == null) {
            var all = server.get("/rollouts", Map.of(), RolloutView.Many.class);
            output.result(all, () -> print(all.rollouts()));
        } else if (wait) {
            var over = await(server, output, id);
            output.result(new RolloutView.One(over), () -> output.say(progress(over)));
        } else {
            var one = server.call(cancel ? "DELETE" : "GET", path(id), Map.of(), null, RolloutView.One.class);
            output.result(one, () -> output.say(progress(one.rollout())));
        }
    }

    /** Tells each change. @throws Failure if it ends otherwise than with all actors ready */
    static RolloutView await(ControlPlaneClient server, Output output, String id) {
        var told = "";
        while (true) {
            var now = server.get(path(id), Map.of(), RolloutView.One.class).rollout();
            var progress = progress(now);
            if (!progress.equals(told)) {
                output.progress(progress);
                told = progress;
            }
            switch (now.state()) {
                case "running" -> Pause.of(INTERVAL);
                case "done" -> {
                    return now;
                }
                default -> throw new Failure(ExitCode.FAILED, "UPGRADE_STOPPED", progress);
            }
        }
    }

    private void print(List<RolloutView> rollouts) {
        if (rollouts.isEmpty()) {
            output.say("no upgrades");
            return;
        }
        output.table(
                List.of("UPGRADE", "STATE", "BUILD", "TAGS", "READY", "BEGUN", "ALL", "CREATED"),
                rollouts.stream().map(ActorUpgradesCommand::row).toList());
        output.next(rivet("actor upgrades UPGRADE"));
    }

    private static List<String> row(RolloutView rollout) {
        return List.of(
                rollout.id(),
                rollout.state(),
                rollout.build(),
                Pairs.print(rollout.tags()),
                Integer.toString(rollout.ready()),
                Integer.toString(rollout.begun()),
                Integer.toString(rollout.total()),
                rollout.createdAt().toString());
    }

    private static String progress(RolloutView rollout) {
        var why = rollout.reason() == null ? "" : ": " + rollout.reason();
        return "upgrade %s is %s: %d of %d actors ready, %d told%s"
                .formatted(rollout.id(), rollout.state(), rollout.ready(), rollout.total(), rollout.begun(), why);
    }

    private static String path(String id) {
        return "/rollouts/" + id;
    }
}
