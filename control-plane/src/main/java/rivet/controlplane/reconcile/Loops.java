package rivet.controlplane.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.Evacuation;
import rivet.controlplane.actor.Retention;
import rivet.controlplane.actor.Rollouts;
import rivet.controlplane.actor.Timelines;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.LostAgents;
import rivet.controlplane.alarm.Alarms;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.auth.Tokens;
import rivet.controlplane.build.Uploads;
import rivet.controlplane.checkpoint.Checkpoints;
import rivet.controlplane.connection.Connections;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.kv.KvStore;
import rivet.controlplane.link.AgentLinks;
import rivet.controlplane.log.ActorLogs;
import rivet.controlplane.replica.Replicas;
import rivet.controlplane.route.RouteTrafficStore;

/** All loops there are, each a door and how often to knock. */
@Component
final class Loops implements SmartLifecycle {

    /** Asks nobody whose keys are fresh; one that did not answer is asked again this soon. */
    private static final Duration ISSUERS_INTERVAL = Duration.ofSeconds(5);

    private final Actors actors;
    private final Agents agents;
    private final LostAgents lost;
    private final Replicas replicas;
    private final Evacuation evacuation;
    private final Rollouts rollouts;
    private final AgentLinks links;
    private final Uploads uploads;
    private final ActorLogs logs;
    private final Retention retention;
    private final Tokens tokens;
    private final Audit audit;
    private final Idempotency idempotency;
    private final RouteTrafficStore traffic;
    private final Timelines timelines;
    private final KvStore stores;
    private final Checkpoints checkpoints;
    private final Alarms alarms;
    private final Connections connections;
    private final LoopSettings settings;
    private final MeterRegistry registry;
    private volatile List<ReconcileLoop> running = List.of();

    Loops(
            Actors actors,
            Agents agents,
            LostAgents lost,
            Replicas replicas,
            Evacuation evacuation,
            Rollouts rollouts,
            AgentLinks links,
            Uploads uploads,
            ActorLogs logs,
            Retention retention,
            Tokens tokens,
            Audit audit,
            Idempotency idempotency,
            RouteTrafficStore traffic,
            Timelines timelines,
            KvStore stores,
            Checkpoints checkpoints,
            Alarms alarms,
            Connections connections,
            LoopSettings settings,
            MeterRegistry registry) {
        this.actors = actors;
        this.agents = agents;
        this.lost = lost;
        this.replicas = replicas;
        this.evacuation = evacuation;
        this.rollouts = rollouts;
        this.links = links;
        this.uploads = uploads;
        this.logs = logs;
        this.retention = retention;
        this.tokens = tokens;
        this.audit = audit;
        this.idempotency = idempotency;
        this.traffic = traffic;
        this.timelines = timelines;
        this.stores = stores;
        this.checkpoints = checkpoints;
        this.alarms = alarms;
        this.connections = connections;
        this.settings = settings;
        this.registry = registry;
    }

    @Override
    public void start() {
        var place = loop("place-pending", settings.interval(), actors::placeWaiting);
        agents.onRoom(place::nudge);
        var drain = loop("drain-agents", settings.interval(), evacuation::pass);
        agents.onRoom(() -> {
            if (evacuation.isBusy()) {
                drain.nudge();
            }
        });
        running = List.of(
                place,
                drain,
                loop("roll-out", settings.interval(), rollouts::pass),
                loop("restart-due", settings.interval(), actors::due),
                loop("wake-for-alarms", settings.interval(), alarms::wake),
                loop("keep-in-list", settings.interval(), replicas::keep),
                loop("find-lost-agents", settings.interval(), lost::look),
                loop("replace-lost", settings.interval(), actors::replaceLost),
                loop("push-changed-sets", settings.interval(), this::pushChanged),
                loop("wake-followers", settings.interval(), this::wakeFollowers),
                loop("prune-stores", settings.pruneInterval(), stores::prune),
                loop("prune-checkpoints", settings.pruneInterval(), checkpoints::prune),
                loop("prune-uploads", settings.pruneInterval(), uploads::prune),
                loop("prune-logs", settings.pruneInterval(), logs::prune),
                loop("prune-events", settings.pruneInterval(), retention::prune),
                loop("prune-tokens", settings.pruneInterval(), tokens::prune),
                loop("prune-audit", settings.pruneInterval(), audit::prune),
                loop("prune-idempotency-keys", settings.pruneInterval(), idempotency::prune),
                loop("prune-route-traffic", settings.pruneInterval(), traffic::prune),
                loop("refresh-issuer-keys", ISSUERS_INTERVAL, connections::refreshIssuers),
                loop("prune-connections", settings.pruneInterval(), connections::prune));
    }

    private ReconcileLoop loop(String name, Duration interval, Reconciler reconciler) {
        return new ReconcileLoop(name, interval, new TimedPass(registry, name, reconciler));
    }

    private boolean pushChanged() {
        links.pushChanged();
        links.pushRoutes();
        links.pushAccess();
        links.pushIngress();
        links.pushMoved();
        return false;
    }

    private boolean wakeFollowers() {
        timelines.look();
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
