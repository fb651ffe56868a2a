package rivet.cli.actor;

import picocli.CommandLine.Command;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ActorView;

@Command(
        name = "get",
        description = "Show an actor, also one that is destroyed.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet actor get ID", "  rivet actor get ID --json | jq -r .actor.network.ports.http.url"})
final class ActorGetCommand extends OneActorCommand {

    ActorGetCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actor = server.actor(actorId());
        output.result(new ActorView.One(actor), () -> {
            ActorText.describe(output, actor);
            output.next(rivet((actor.state().equals("running") ? "actor logs -f " : "actor explain ") + actorId()));
        });
    }
}
