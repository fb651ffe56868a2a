package rivet.controlplane.reconcile;

import java.util.List;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.Retention;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.build.Uploads;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.link.AgentLinks;
import rivet.controlplane.log.ActorLogs;
import rivet.controlplane.route.RouteTrafficStore;

/** All loops there are, each a door and how often to knock. */
@Component
final class Loops implements SmartLifecycle {

    private final Actors actors;
    private final Agents agents;
    private final AgentLinks links;
    private final Uploads uploads;
    private final ActorLogs logs;
    private final Retention retention;
    private final Idempotency idempotency;
    private final RouteTrafficStore traffic;
    private final LoopSettings settings;
    private volatile List<ReconcileLoop> running = List.of();

    Loops(
            Actors actors,
            Agents agents,
            AgentLinks links,
            Uploads uploads,
            ActorLogs logs,
            Retention retention,
            Idempotency idempotency,
            RouteTrafficStore traffic,
            LoopSettings settings) {
        this.actors = actors;
        this.agents = agents;
        this.links = links;
        this.uploads = uploads;
        this.logs = logs;
        this.retention = retention;
        this.idempotency = idempotency;
        this.traffic = traffic;
        this.settings = settings;
    }

    @Override
    public void start() {
        var place = new ReconcileLoop("place-pending", settings.interval(), actors::placeWaiting);
        agents.onRoom(place::nudge);
        running = List.of(
                place,
                new ReconcileLoop("restart-due", settings.interval(), actors::retryDue),
                new ReconcileLoop("push-changed-sets", settings.interval(), this::pushChanged),
                new ReconcileLoop("prune-uploads", settings.pruneInterval(), uploads::prune),
                new ReconcileLoop("prune-logs", settings.pruneInterval(), logs::prune),
                new ReconcileLoop("prune-events", settings.pruneInterval(), retention::prune),
                new ReconcileLoop("prune-idempotency-keys", settings.pruneInterval(), idempotency::prune),
                new ReconcileLoop("prune-route-traffic", settings.pruneInterval(), traffic::prune));
    }

    private boolean pushChanged() {
        links.pushChanged();
        links.pushRoutes();
        return false;
    }

    @Override
    public void stop() {
        running.forEach(ReconcileLoop::close);
        running = List.of();
    }

    @Override
    public boolean isRunning() {
        return !running.isEmpty();
    }
}
