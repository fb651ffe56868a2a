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
import rivet.protocol.Health;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;
import rivet.protocol.api.PortRouting;

/** Actors as the API shows them. */
@Component
final class ActorViews {

    private final Agents agents;
    private final PortAddresses addresses;
    private final ActorQueue queue;

    ActorViews(Agents agents, PortAddresses addresses, ActorQueue queue) {
        this.agents = agents;
        this.addresses = addresses;
        this.queue = queue;
    }

    /** @param type of the URLs; absent: as each actor's creator chose */
    List<ActorView> views(Collection<Actor> actors, @Nullable EndpointType type) {
        var entries = entries(actors);
        var positions = queue.positions(actors);
        return actors.stream()
                .map(actor -> view(actor, agentUrl(actor, entries), positions.get(actor.id()), type))
                .toList();
    }

    ActorView view(Actor actor, @Nullable EndpointType type) {
        return views(List.of(actor), type).getFirst();
    }

    private ActorView view(
            Actor actor, @Nullable String agentUrl, @Nullable Integer queuePosition, @Nullable EndpointType type) {
        var setup = actor.setup();
        var ports = new LinkedHashMap<String, ActorView.Port>();
        setup.ports().forEach((name, port) -> ports.put(name, port(port, address(actor, name, agentUrl, type))));
        return new ActorView(
                actor.id().toString(),
                actor.region(),
                actor.tags(),
                new ActorView.Runtime(actor.build().toString(), null, setup.environment()),
                new ActorView.Network(setup.network().toString(), ports),
                new ActorView.Resources(
                        actor.resources().cpuMillicores(), actor.resources().memoryMib()),
                lifecycle(setup),
                actor.state().status(),
                actor.state().why(),
                queuePosition,
                setup.key(),
                actor.createdAt(),
                actor.startedAt(),
                actor.destroyedAt(),
                upgrade(actor),
                setup.dirQuotaBytes() == null
                        ? null
                        : new CreateActorRequest.Storage(new CreateActorRequest.Dir(setup.dirQuotaBytes())));
    }

    private static ActorView.Lifecycle lifecycle(ActorSetup setup) {
        var health = setup.health() == null ? Health.USUAL : setup.health();
        return new ActorView.Lifecycle(
                setup.grace().toMillis(),
                setup.durable(),
                millis(setup.placementTimeout()),
                health.startTimeoutMs(),
                HealthChecks.readiness(health),
                HealthChecks.liveness(health),
                millis(setup.idleTimeout()),
                UpgradeChecks.shown(setup.upgrade()));
    }

    private static ActorView.@Nullable Upgrade upgrade(Actor actor) {
        var upgrade = actor.upgrade();
        var waits = actor.state() instanceof ActorState.Running running ? running.upgrade() : null;
        return upgrade == null
                ? null
                : new ActorView.Upgrade(
                        upgrade.to().toString(),
                        upgrade.from().toString(),
                        upgrade.isOpen() ? "open" : "rolled_back",
                        upgrade.failure(),
                        waits == null ? null : waits.until());
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
        if (Boolean.TRUE.equals(port.hibernates())) {
            guard.put("websocket", Map.of("hibernate", true));
        }
        return guard;
    }

    private PortUrls.@Nullable Address address(
            Actor actor, String name, @Nullable String agentUrl, @Nullable EndpointType type) {
        var setup = actor.setup();
        var port = setup.ports().get(name);
        return port == null || actor.state() instanceof ActorState.Destroyed
                ? null
                : addresses.of(actor, name, port, agentUrl, type == null ? setup.endpoint() : type);
    }

    /** Any proxy of its region takes any actor's traffic, so one that waits for an agent has an address already. */
    private static @Nullable String agentUrl(Actor actor, Agents.Entries entries) {
        var agent = actor.state().assignment().map(Assignment::agent);
        return agent.map(entries::of).orElseGet(() -> entries.of(actor.region()));
    }

    private Agents.Entries entries(Collection<Actor> actors) {
        var held = actors.stream()
                .map(actor -> actor.state().assignment().map(Assignment::agent).orElse(null))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return actors.stream().anyMatch(addresses::needAgent) ? agents.entries(held) : Agents.Entries.NONE;
    }
}
