package rivet.agent.launch;

import java.util.Map;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.ActorId;
import rivet.protocol.Wire;
import rivet.protocol.link.ActorSpec;

/**
 * What the warden keeps with an actor's process, so that a later run of the agent knows whose it is. It has the author's
 * variables in it and so is kept in memory only.
 */
record Label(ActorId actor, long generation, ActorSpec spec, Map<String, Integer> ports) {

    static String of(Order order) {
        return Wire.JSON.writeValueAsString(new Label(order.actor(), order.generation(), order.spec(), order.ports()));
    }

    static Label read(String text) {
        return Wire.JSON.readValue(text, Label.class);
    }
}
