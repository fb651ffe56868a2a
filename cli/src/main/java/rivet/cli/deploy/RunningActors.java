package rivet.cli.deploy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.cli.actor.Startup;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.ActorQuery;
import rivet.cli.terminal.Output;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.BuildView;
import rivet.protocol.api.UpgradePolicyView;

/** The live actors that run older builds of a name. */
final class RunningActors {

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

    /**
     * One first: a version that does not start costs one actor a restart and not all of them. Those that get it when they are started
     * next are not waited for: nobody knows when that is.
     *
     * @param policy absent: as each actor was created
     */
    void upgrade(String name, List<ActorId> actors, BuildId to, @Nullable UpgradePolicyView policy) {
        var upgrade = ControlPlaneClient.Upgrade.to(to, policy);
        if (policy != null && "next_start".equals(policy.policy())) {
            actors.forEach(actor -> server.upgradeActor(actor, upgrade));
            output.progress("%s: %d actors have it when they are started next".formatted(name, actors.size()));
            return;
        }
        var startup = new Startup(server);
        output.progress("%s: upgrading actor %s (1 of %d)…".formatted(name, actors.getFirst(), actors.size()));
        server.upgradeActor(actors.getFirst(), upgrade);
        startup.await(actors.getFirst(), to, policy, null);
        var others = actors.subList(1, actors.size());
        if (!others.isEmpty()) {
            output.progress("%s: it runs; upgrading the other %d…".formatted(name, others.size()));
        }
        others.forEach(actor -> server.upgradeActor(actor, upgrade));
        others.forEach(actor -> startup.await(actor, to, policy, null));
    }
}
