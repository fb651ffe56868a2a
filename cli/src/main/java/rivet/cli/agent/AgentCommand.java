package rivet.cli.agent;

import picocli.CommandLine.Command;

@Command(
        name = "agent",
        description = {
            "The machines that run actors.",
            "They belong to the whole installation: a token of one environment sees none of them."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AgentListCommand.class,
            AgentGetCommand.class,
            AgentCordonCommand.class,
            AgentUncordonCommand.class,
            AgentDrainCommand.class
        })
public final class AgentCommand {}
