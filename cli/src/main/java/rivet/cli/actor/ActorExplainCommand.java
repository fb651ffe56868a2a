package rivet.cli.actor;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ExplanationView;

@Command(
        name = "explain",
        description = "Say why an actor is, or is not, running: the reason, what comes next, and its last lines.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet actor explain ID", "  rivet actor explain ID --json | jq -r .reason"})
final class ActorExplainCommand extends OneActorCommand {

    ActorExplainCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var explanation = server.explain(actorId());
        output.result(explanation, () -> print(explanation));
    }

    private void print(ExplanationView explanation) {
        line("state", output.emphasised(explanation.state()));
        line("reason", explanation.reason());
        line("since", explanation.since());
        line("because", explanation.message());
        line("start", explanation.generation());
        line("agent", explanation.agent());
        line("queue", explanation.queuePosition());
        line("next", explanation.nextAttemptAt());
        line("place by", explanation.placeBy());
        line("exit", explanation.exitCode());
        if (!explanation.lastLogs().isEmpty()) {
            output.say("its last lines:");
            explanation.lastLogs().forEach(log -> output.say("  " + log));
        }
        output.next(rivet("actor events " + actorId()), rivet("actor logs " + actorId()));
    }

    private void line(String label, @Nullable Object value) {
        if (value != null) {
            output.say("%-8s %s".formatted(label, value));
        }
    }
}
