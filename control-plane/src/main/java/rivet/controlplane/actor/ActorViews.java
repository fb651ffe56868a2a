package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorSetup.EndpointType;
import rivet.controlplane.agent.Agents;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.PortRouting;

/** Actors as the API shows them. */
@Component
final class ActorViews {

    private final Agents agents;
    private final ProxySettings proxy;
    private final ActorQueue queue;

    ActorViews(Agents agents, ProxySettings proxy, ActorQueue queue) {
        this.agents = agents;
        this.proxy = proxy;
        this.queue = queue;
    }

    /** @param type of the URLs; absent: as each actor's creator chose */
    List<ActorView> views(Collection<Actor> actors, @Nullable EndpointType type) {
        var entries = entries(actors);
        var positions = queue.positions(actors);
        return actors.stream()
                .map(actor -> view(actor, entry(actor, entries), positions.get(actor.id()), type))
                .toList();
    }

    ActorView view(Actor actor, @Nullable EndpointType type) {
        return views(List.of(actor), type).getFirst();
    }

    private static ActorView view(
            Actor actor, @Nullable String entry, @Nullable Integer queuePosition, @Nullable EndpointType type) {
        var setup = actor.setup();
        var ports = new LinkedHashMap<String, ActorView.Port>();
        setup.ports()
                .forEach((name, port) -> ports.put(
                        name, port(port, address(actor, name, entry, type == null ? setup.endpoint() : type))));
        return new ActorView(
                actor.id().toString(),
                actor.region(),
                actor.tags(),
                new ActorView.Runtime(actor.build().toString(), null, setup.environment()),
                new ActorView.Network(setup.network().toString(), ports),
                new ActorView.Resources(
                        actor.resources().cpuMillicores(), actor.resources().memoryMib()),
                new ActorView.Lifecycle(setup.grace().toMillis(), setup.durable(), millis(setup.placementTimeout())),
                actor.state().status(),
                actor.state().why(),
                queuePosition,
                setup.key(),
                actor.createdAt(),
                actor.startedAt(),
                actor.destroyedAt());
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    private static ActorView.Port port(ActorSetup.Port port, PortUrls.@Nullable Address at) {
        return new ActorView.Port(
                port.protocol().toString(),
                port.internalPort(),
                at == null ? null : at.hostname(),
                at == null ? null : at.port(),
                at == null ? null : at.path(),
                at == null ? null : at.url(),
                new PortRouting(routed(port), null));
    }

    private static Map<String, Object> routed(ActorSetup.Port port) {
        var guard = new LinkedHashMap<String, Object>(GuardChecks.shown(port.guard()));
        if (port.limits() != null) {
            guard.put("limits", LimitChecks.shown(port.limits()));
        }
        return guard;
    }

    private static PortUrls.@Nullable Address address(
            Actor actor, String port, @Nullable String entry, EndpointType type) {
        return entry == null ? null : PortUrls.of(entry, actor.id(), port, type);
    }

    /** Any proxy takes any actor's URL, so one that waits for an agent has one already. */
    private @Nullable String entry(Actor actor, Agents.Entries entries) {
        if (actor.state() instanceof ActorState.Destroyed) {
            return null;
        }
        if (!proxy.url().isEmpty()) {
            return proxy.url();
        }
        var agent = actor.state().assignment().map(Assignment::agent);
        return agent.map(entries::of).orElseGet(() -> entries.of(actor.region()));
    }

    private Agents.Entries entries(Collection<Actor> actors) {
        var held = actors.stream()
                .map(actor -> actor.state().assignment().map(Assignment::agent).orElse(null))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return proxy.url().isEmpty() ? agents.entries(held) : Agents.Entries.NONE;
    }
}
