package rivet.cli.actor;

import java.util.Map;
import picocli.CommandLine.Command;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ActorView;

@Command(
        name = "sleep",
        description = {
            "Put an actor to sleep: it is told to end with its kill timeout, and takes no process and no room then.",
            "Id, key, tags, URLs and what it keeps in its store stay. A request to one of its URLs starts it again.",
        },
        footerHeading = "%nExamples:%n",
        footer = "  rivet actor sleep ID")
final class ActorSleepCommand extends OneActorCommand {

    ActorSleepCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = actorId();
        server.call("POST", "/actors/" + actorId + "/sleep", Map.of(), null);
        var actor = server.actor(actorId);
        output.result(new ActorView.One(actor), () -> {
            output.say("actor %s is %s".formatted(actorId, actor.state()));
            output.next(rivet("actor explain " + actorId), rivet("actor wake " + actorId));
        });
    }
}
