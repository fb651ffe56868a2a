package rivet.cli.actor;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;

@Command(
        name = "sleep",
        description = {
            "Put an actor to sleep: it is told to end with its kill timeout, and takes no process and no room then.",
            "Id, key, tags, URLs and what it keeps in its store stay. A request to one of its URLs starts it again.",
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet actor sleep ID", "  rivet actor sleep ID --wait"})
final class ActorSleepCommand extends OneActorCommand {

    @Option(
            names = "--wait",
            description = {
                "Return when it sleeps, and put it to sleep again where a request wakes it meanwhile.",
                "Fails after its kill timeout and two minutes more."
            })
    private boolean wait;

    ActorSleepCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = actorId();
        var actor = wait ? new Slumber(server, output).await(server.actor(actorId)) : putToSleep(server, actorId);
        output.result(new ActorView.One(actor), () -> {
            output.say("actor %s is %s".formatted(actorId, actor.state()));
            output.next(rivet("actor explain " + actorId), rivet("actor wake " + actorId));
        });
    }

    private static ActorView putToSleep(ControlPlaneClient server, ActorId actorId) {
        server.call("POST", "/actors/" + actorId + "/sleep", Map.of(), null);
        return server.actor(actorId);
    }
}
