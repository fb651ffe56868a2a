package rivet.agent.proxy;

import java.util.Map;
import java.util.Set;
import rivet.protocol.ActorId;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;

/**
 * What the proxy must know of an actor of this agent.
 *
 * @param ports by declared name, known from the start; 0 while no number is assigned
 * @param traits by which custom routes find it
 * @param guards who may reach its ports, by declared name; a port without one is everyone's
 * @param limits what is taken from clients of its ports, by declared name; a port without takes whatever comes
 * @param kinds how its ports are reached, by declared name; a port without one is reached by HTTP
 * @param hibernating the declared names of the ports whose WebSockets outlive its processes
 */
public record ActorRoute(
        ActorId actor,
        long generation,
        Status status,
        Map<String, Integer> ports,
        Traits traits,
        Map<String, PortGuard> guards,
        Map<String, PortLimits> limits,
        Map<String, PortKind> kinds,
        Set<String> hibernating) {

    /**
     * @param environmentId a UUID as text
     * @param httpPorts the names of those that speak HTTP
     */
    public record Traits(String environmentId, Map<String, String> tags, Set<String> httpPorts) {

        /** No custom route leads to it. */
        public static final Traits NONE = new Traits("", Map.of(), Set.of());

        public Traits {
            tags = Map.copyOf(tags);
            httpPorts = Set.copyOf(httpPorts);
        }
    }

    public ActorRoute(ActorId actor, long generation, Status status, Map<String, Integer> ports) {
        this(actor, generation, status, ports, Traits.NONE);
    }

    public ActorRoute(ActorId actor, long generation, Status status, Map<String, Integer> ports, Traits traits) {
        this(actor, generation, status, ports, traits, Map.of(), Map.of(), Map.of());
    }

    public ActorRoute(
            ActorId actor,
            long generation,
            Status status,
            Map<String, Integer> ports,
            Traits traits,
            Map<String, PortGuard> guards,
            Map<String, PortLimits> limits,
            Map<String, PortKind> kinds) {
        this(actor, generation, status, ports, traits, guards, limits, kinds, Set.of());
    }

    PortKind kind(String port) {
        return kinds.getOrDefault(port, PortKind.HTTP);
    }

    /** Whether requests are carried, wait, or are refused. */
    public enum Status {
        STARTING,
        READY,
        STOPPING,
        CRASHED
    }

    public ActorRoute {
        ports = Map.copyOf(ports);
        guards = Map.copyOf(guards);
        limits = Map.copyOf(limits);
        kinds = Map.copyOf(kinds);
        hibernating = Set.copyOf(hibernating);
        int lowest = status == Status.READY ? 1 : 0;
        ports.forEach((name, port) -> {
            if (port < lowest || port > 65_535) {
                throw new IllegalArgumentException(
                        "route of %s: port '%s' is %d (expected: %d to 65535)".formatted(actor, name, port, lowest));
            }
        });
    }
}
