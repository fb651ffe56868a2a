package rivet.cli.actor;

import picocli.CommandLine.Command;

@Command(
        name = "actor",
        description = "Create actors, look at them, end them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ActorCreateCommand.class,
            ActorGetCommand.class,
            ActorListCommand.class,
            ActorLogsCommand.class,
            ActorEventsCommand.class,
            ActorExplainCommand.class,
            ActorConnectCommand.class,
            ActorConnectionsCommand.class,
            ActorDisconnectCommand.class,
            ActorUpgradeCommand.class,
            ActorUpgradesCommand.class,
            ActorSleepCommand.class,
            ActorWakeCommand.class,
            ActorAlarmsCommand.class,
            ActorKvCommand.class,
            ActorCheckpointCommand.class,
            ActorDestroyCommand.class
        })
public final class ActorCommand {}
