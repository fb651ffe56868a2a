package rivet.cli.agent;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "cordon",
        description = {
            "Keep new actors away from an agent. When the command is done, nothing new lands there.",
            "What is there stays, also when the agent is restarted."
        },
        footerHeading = "%nExamples:%n",
        footer = "  rivet agent cordon ID")
final class AgentCordonCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", description = "The agent.")
    private String id = "";

    AgentCordonCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        AgentText.parseId(id);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var answer = AgentText.change(server, id, "cordon");
        output.result(answer, () -> {
            output.say("agent %s is cordoned, and keeps the %d actors that it holds"
                    .formatted(id, AgentText.held(answer.agent())));
            output.next(rivet("agent drain " + id), rivet("agent uncordon " + id));
        });
    }
}
