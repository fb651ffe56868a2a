package rivet.controlplane.actor;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorSetup.EndpointType;
import rivet.controlplane.actor.PortUrls.Address;
import rivet.controlplane.ingress.Ingress;

/** Under which address a port is shown: through the one entry to all proxies if there is one, else through an agent's own. */
@Component
final class PortAddresses {

    private final ProxySettings proxy;
    private final Ingress ingress;

    PortAddresses(ProxySettings proxy, Ingress ingress) {
        this.proxy = proxy;
        this.ingress = ingress;
    }

    /** Whether an agent's URL makes a difference to one of the actor's ports. */
    boolean needAgent(Actor actor) {
        return proxy.url().isEmpty() || actor.setup().hasIngress();
    }

    /** @param agentUrl of the actor's agent, or of another of its region; absent where there is none */
    @Nullable
    Address of(Actor actor, String name, ActorSetup.Port port, @Nullable String agentUrl, EndpointType type) {
        var number = port.ingress();
        if (number != null) {
            return agentUrl == null ? null : PortUrls.at(ingress.host(actor.region(), PortUrls.host(agentUrl)), number);
        }
        var entry = proxy.url().isEmpty() ? agentUrl : proxy.url();
        return entry == null ? null : PortUrls.of(entry, actor.id(), name, type);
    }
}
