package rivet.agent.proxy;

import java.util.Map;
import rivet.protocol.ActorId;

/**
 * What the proxy must know of an actor of this agent.
 *
 * @param ports by declared name, known from the start; 0 while no number is assigned
 */
public record ActorRoute(ActorId actor, long generation, Status status, Map<String, Integer> ports) {

    /** Whether requests are carried, wait, or are refused. */
    public enum Status {
        STARTING,
        READY,
        STOPPING,
        CRASHED
    }

    public ActorRoute {
        ports = Map.copyOf(ports);
        int lowest = status == Status.READY ? 1 : 0;
        ports.forEach((name, port) -> {
            if (port < lowest || port > 65_535) {
                throw new IllegalArgumentException(
                        "route of %s: port '%s' is %d (expected: %d to 65535)".formatted(actor, name, port, lowest));
            }
        });
    }
}
