package rivet.controlplane.reconcile;

import java.util.List;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.Retention;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.auth.Tokens;
import rivet.controlplane.build.Uploads;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.link.AgentLinks;
import rivet.controlplane.log.ActorLogs;

/** All loops there are, each a door and how often to knock. */
@Component
final class Loops implements SmartLifecycle {

    private final Actors actors;
    private final Agents agents;
    private final AgentLinks links;
    private final Uploads uploads;
    private final ActorLogs logs;
    private final Retention retention;
    private final Tokens tokens;
    private final Audit audit;
    private final Idempotency idempotency;
    private final LoopSettings settings;
    private volatile List<ReconcileLoop> running = List.of();

    Loops(
            Actors actors,
            Agents agents,
            AgentLinks links,
            Uploads uploads,
            ActorLogs logs,
            Retention retention,
            Tokens tokens,
            Audit audit,
            Idempotency idempotency,
            LoopSettings settings) {
        this.actors = actors;
        this.agents = agents;
        this.links = links;
        this.uploads = uploads;
        this.logs = logs;
        this.retention = retention;
        this.tokens = tokens;
        this.audit = audit;
        this.idempotency = idempotency;
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
                new ReconcileLoop("prune-tokens", settings.pruneInterval(), tokens::prune),
                new ReconcileLoop("prune-audit", settings.pruneInterval(), audit::prune),
                new ReconcileLoop("prune-idempotency-keys", settings.pruneInterval(), idempotency::prune));
    }

    private boolean pushChanged() {
        links.pushChanged();
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
