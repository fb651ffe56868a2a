package rivet.cli.actor;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.BuildId;
import rivet.protocol.api.ActorView;

@Command(
        name = "wake",
        description = "Start an actor that sleeps, as a request to it would. One that is awake stays as it is.",
        footerHeading = "%nExamples:%n",
        footer = "  rivet actor wake ID --wait")
final class ActorWakeCommand extends OneActorCommand {

    @Option(
            names = "--wait",
            description = {
                "Return when it runs; fail if it does not start.",
                "Waits for its kill timeout, its start timeout, and two minutes more."
            })
    private boolean wait;

    ActorWakeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = actorId();
        server.call("POST", "/actors/" + actorId + "/wake", Map.of(), null);
        var woken = server.actor(actorId);
        var build = BuildId.parse(woken.runtime().build());
        var actor = wait ? new Startup(server).await(actorId, build) : woken;
        output.result(new ActorView.One(actor), () -> {
            output.say("actor %s is %s".formatted(actorId, actor.state()));
            output.next(rivet("actor logs -f " + actorId));
        });
    }
}
