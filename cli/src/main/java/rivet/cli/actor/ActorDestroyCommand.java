package rivet.cli.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.ActorQuery;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Question;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.ManyActors;

@Command(
        name = "destroy",
        description = {
            "End an actor, or all that have some tags: no new requests reach it, it is told to end, and it "
                    + "is killed when its grace is over. Returns when this has begun."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor destroy ID --wait",
            "  rivet actor destroy ID --kill-timeout 0",
            "  rivet actor destroy --tags room=7 --yes"
        })
final class ActorDestroyCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The actor.")
    private @Nullable String id;

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Instead of an ID: all actors that have these tags.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = {"--kill-timeout", "--override-kill-timeout"},
            paramLabel = "MS",
            description = "Milliseconds of grace, instead of the actor's own (0 to 7200000).")
    private @Nullable Long killTimeoutMs;

    @Option(
            names = "--wait",
            description = "Return when nothing of it is left. Waits for its kill timeout and half a minute more.")
    private boolean wait;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask whether to end them all; with --tags.")
    private boolean yes;

    ActorDestroyCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        WhichActors.requireOne(id, tags);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        if (id == null) {
            destroyMany(server, Pairs.parse("--tags", tags));
        } else {
            destroyOne(server, ActorText.parseId(id));
        }
    }

    private void destroyOne(ControlPlaneClient server, ActorId actorId) {
        server.destroyActor(actorId, killTimeoutMs);
        var actor = wait ? new Destruction(server).await(actorId, killTimeoutMs) : server.actor(actorId);
        output.result(new Document(actor.id(), actor.state()), () -> {
            output.say("actor %s is %s".formatted(actorId, actor.state()));
            output.next(rivet("actor get " + actorId));
        });
    }

    private void destroyMany(ControlPlaneClient server, Map<String, String> wanted) {
        var ids = server.allActors(new ActorQuery(wanted, null, false, null))
                .map(ActorView::id)
                .map(ActorId::parse)
                .toList();
        if (ids.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND, "ACTOR_NOT_FOUND", "no live actor has the tags " + Pairs.print(wanted));
        }
        new Question(surroundings).demandYes(yes, "end %d actors with %s?".formatted(ids.size(), Pairs.print(wanted)));
        var destroyed = server.call(
                "POST",
                "/actors/destroy",
                Map.of(),
                new ManyActors.DestroyRequest(wanted, killTimeoutMs),
                ManyActors.Destroyed.class);
        if (wait) {
            var destruction = new Destruction(server);
            ids.forEach(each -> destruction.await(each, killTimeoutMs));
        }
        output.result(destroyed, () -> {
            output.say("%d actors were told to end%s".formatted(destroyed.count(), wait ? ", and have" : ""));
            output.next(rivet("actor list --include-destroyed -t " + Pairs.print(wanted)));
        });
    }

    /** @param id of the actor */
    private record Document(String id, String state) {}
}
