package rivet.cli.agent;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.AgentView;

@Command(
        name = "list",
        description =
                "List the agents: what they hold, what room is reserved on them, and when they were heard of last.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet agent list", "  rivet agent list --region fra --json | jq '.agents[] | select(.cordoned)'"})
final class AgentListCommand extends ServerCommand {

    @Option(
            names = {"-r", "--region"},
            paramLabel = "REGION",
            description = "Only those of this region.")
    private @Nullable String region;

    AgentListCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var agents = server.get("/agents", region == null ? Map.of() : Map.of("region", region), AgentView.Many.class);
        output.result(agents, () -> print(agents.agents()));
    }

    private void print(List<AgentView> agents) {
        if (agents.isEmpty()) {
            output.say("no agents");
            output.next(rivet("doctor"));
            return;
        }
        output.table(
                List.of("AGENT", "REGION", "STATE", "ACTORS", "CPU", "MEMORY", "HEARD OF", "VERSION"),
                agents.stream().map(AgentListCommand::row).toList());
        output.next(rivet("agent get AGENT"), rivet("agent drain AGENT"));
    }

    private static List<String> row(AgentView agent) {
        return List.of(
                agent.id(),
                agent.region(),
                AgentText.state(agent),
                Integer.toString(AgentText.held(agent)),
                AgentText.cpu(agent),
                AgentText.memory(agent),
                AgentText.heardOf(agent),
                agent.version());
    }
}
