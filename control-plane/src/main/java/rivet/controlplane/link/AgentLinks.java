package rivet.controlplane.link;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.DesiredSets;
import rivet.controlplane.agent.AgentSettings;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.connection.Connections;
import rivet.controlplane.log.ActorLogs;
import rivet.controlplane.route.Routes;
import rivet.protocol.AgentId;

/**
 * The door: who is connected to this instance. A changed set is sent by the agent's own session; an agent that is connected
 * elsewhere, or a nudge that was lost, is seen to by {@link #pushChanged}.
 */
@Component
public final class AgentLinks implements WebSocketHandler {

    private final Map<AgentId, AgentLink> links = new ConcurrentHashMap<>();
    private final AgentLink.Rooms rooms;
    private final LinkSettings settings;
    private final Executor virtualThreads;

    AgentLinks(
            Agents agents,
            AgentSettings agentSettings,
            Actors actors,
            DesiredSets desired,
            ActorLogs logs,
            Routes routes,
            Connections connections,
            LinkSettings settings,
            Executor virtualThreads,
            MeterRegistry registry) {
        var pushes = new PushTimes(registry);
        this.rooms = new AgentLink.Rooms(agents, agentSettings, actors, desired, logs, routes, connections, pushes);
        Gauge.builder("rivet.links", links, Map::size)
                .description("Agents that are connected to this control plane.")
                .register(registry);
        this.settings = settings;
        this.virtualThreads = virtualThreads;
        agents.onSetChanged(this::setChanged);
        routes.onChange(() -> links.values().forEach(AgentLink::routesChanged));
        actors.onMoved(actor -> links.values().forEach(link -> link.moved(actor)));
        connections.onChange(() -> links.values().forEach(AgentLink::accessChanged));
    }

    /** One virtual thread listens and one speaks, for as long as the socket lives. */
    @Override
    public Mono<Void> handle(WebSocketSession session) {
        var link = new AgentLink(new SessionSocket(session, settings.sendTimeout()), rooms, this);
        return Mono.<Void>create(done -> virtualThreads.execute(() -> {
            try {
                link.converse(virtualThreads);
            } finally {
                done.success();
            }
        }));
    }

    /** Sends what changed while nobody here was told. One question for all agents connected here. */
    public void pushChanged() {
        var connected = new HashMap<>(links);
        for (var version : rooms.agents().setVersions(connected.keySet())) {
            var link = connected.get(version.agent());
            if (link != null && link.isBehind(version)) {
                link.setChanged();
            }
        }
    }

    /** Likewise for the routes. */
    public void pushRoutes() {
        if (links.isEmpty()) {
            return;
        }
        var revision = rooms.routes().revision();
        links.values().stream().filter(link -> link.isBehindRoutes(revision)).forEach(AgentLink::routesChanged);
    }

    /** Likewise for keys and revocations of connections. */
    public void pushAccess() {
        if (links.isEmpty()) {
            return;
        }
        var revision = rooms.connections().revision();
        links.values().stream().filter(link -> link.isBehindAccess(revision)).forEach(AgentLink::accessChanged);
    }

    /** Likewise for the actors that agents' proxies follow: some at a time. */
    public void pushMoved() {
        links.values().forEach(AgentLink::lookAtFollowed);
    }

    private void setChanged(AgentId agent) {
        var link = links.get(agent);
        if (link != null) {
            link.setChanged();
        }
    }

    /**
     * The newest connection of an agent is the agent, also where one that was slow to join comes here after it; an older one
     * finds out by itself that its epoch has passed.
     */
    void joined(AgentId agent, AgentLink link) {
        links.merge(agent, link, (other, joined) -> {
            var isNewest = other.isOlderThan(joined);
            (isNewest ? other : joined).setChanged();
            return isNewest ? joined : other;
        });
    }

    void left(AgentId agent, AgentLink link) {
        links.remove(agent, link);
    }
}
