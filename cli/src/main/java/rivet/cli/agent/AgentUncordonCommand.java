package rivet.cli.agent;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "uncordon",
        description = "Let an agent have new actors again. What waits for room is placed at once.",
        footerHeading = "%nExamples:%n",
        footer = "  rivet agent uncordon ID")
final class AgentUncordonCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", description = "The agent.")
    private String id = "";

    AgentUncordonCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        AgentText.parseId(id);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var answer = AgentText.change(server, id, "uncordon");
        output.result(answer, () -> {
            output.say("agent %s gets new actors again".formatted(id));
            output.next(rivet("agent get " + id));
        });
    }
}
