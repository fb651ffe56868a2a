package rivet.cli.deploy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import rivet.cli.actor.Startup;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.ActorQuery;
import rivet.cli.terminal.Output;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.BuildView;

/** The live actors that run older builds of a name. */
final class RunningActors {

    private static final Duration START_DEADLINE = Duration.ofMinutes(2);

    private final ControlPlaneClient server;
    private final Output output;

    RunningActors(ControlPlaneClient server, Output output) {
        this.server = server;
        this.output = output;
    }

    /** Found by what they run: the tags of an actor may say anything. */
    List<ActorId> behind(String name, BuildId current) {
        var older = server.builds(Map.of("name", name)).builds().stream()
                .map(BuildView::id)
                .filter(id -> !id.equals(current.toString()))
                .collect(Collectors.toSet());
        return older.isEmpty()
                ? List.of()
                : server.allActors(new ActorQuery(Map.of(), null, false, null))
                        .filter(actor -> older.contains(actor.runtime().build()))
                        .map(ActorView::id)
                        .map(ActorId::parse)
                        .toList();
    }

    /** One first: a version that does not start costs one actor a restart and not all of them. */
    void upgrade(String name, List<ActorId> actors, BuildId to) {
        var startup = new Startup(server);
        output.progress("%s: upgrading actor %s (1 of %d)…".formatted(name, actors.getFirst(), actors.size()));
        server.upgradeActor(actors.getFirst(), ControlPlaneClient.Upgrade.to(to));
        startup.await(actors.getFirst(), to, START_DEADLINE);
        var others = actors.subList(1, actors.size());
        if (!others.isEmpty()) {
            output.progress("%s: it runs; upgrading the other %d…".formatted(name, others.size()));
        }
        others.forEach(actor -> server.upgradeActor(actor, ControlPlaneClient.Upgrade.to(to)));
        others.forEach(actor -> startup.await(actor, to, START_DEADLINE));
    }
}
