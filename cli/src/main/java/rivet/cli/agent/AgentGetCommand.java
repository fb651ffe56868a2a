package rivet.cli.agent;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;

@Command(name = "get", description = "Show an agent.", footerHeading = "%nExamples:%n", footer = "  rivet agent get ID")
final class AgentGetCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", description = "The agent.")
    private String id = "";

    AgentGetCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        AgentText.parseId(id);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var answer = AgentText.get(server, id);
        output.result(answer, () -> {
            AgentText.describe(output, answer.agent());
            output.next(rivet("agent %s %s".formatted(answer.agent().cordoned() ? "uncordon" : "drain", id)));
        });
    }
}
