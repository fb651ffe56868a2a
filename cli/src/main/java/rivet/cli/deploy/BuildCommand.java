package rivet.cli.deploy;

import picocli.CommandLine.Command;

@Command(
        name = "build",
        description = "The builds that the server has: what actors can run.",
        subcommands = {
            BuildListCommand.class,
            BuildGetCommand.class,
            BuildPublishCommand.class,
            BuildTagCommand.class,
            BuildRollbackCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class BuildCommand {}
