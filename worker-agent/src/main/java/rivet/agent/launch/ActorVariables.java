package rivet.agent.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import rivet.agent.host.Host;
import rivet.agent.supervise.ActorPorts;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.Wire;

/** The variables an actor sees: the author's, and then ours, which win. */
final class ActorVariables {

    private ActorVariables() {}

    /** @param apiEndpoint where an actor reaches the control plane's API */
    static Map<String, String> of(Order order, String apiEndpoint) {
        var spec = order.spec();
        var variables = new LinkedHashMap<>(spec.environment());
        order.ports().forEach((name, number) -> variables.put(ActorPorts.variable(name), Integer.toString(number)));
        variables.put("RIVET_API_ENDPOINT", apiEndpoint);
        variables.put("RIVET_ACTOR_ID", order.actor().toString());
        variables.put("RIVET_ACTOR_GENERATION", Long.toString(order.generation()));
        variables.put("RIVET_ACTOR_TAGS", Wire.JSON.writeValueAsString(spec.tags()));
        variables.put("RIVET_BUILD_ID", spec.build().id().toString());
        variables.put("RIVET_REGION", spec.owner().region());
        variables.put("RIVET_PROJECT", spec.owner().projectSlug());
        variables.put("RIVET_ENVIRONMENT", spec.owner().environmentSlug());
        // By these the agent finds an actor's processes; an author must not be able to hide them.
        variables.keySet().removeAll(Host.MARKS);
        return variables;
    }
}
