package rivet.cli.actor;

import picocli.CommandLine.Parameters;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;

/** A command about one actor, whose id comes first. */
abstract class OneActorCommand extends ServerCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The actor.")
    private String id = "";

    OneActorCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        actorId();
    }

    final ActorId actorId() {
        return ActorText.parseId(id);
    }
}
