package rivet.controlplane.agent;

import rivet.protocol.link.Heartbeat;
import rivet.simulation.Parts;

/** What the simulation asks of this room. */
public final class AgentDoor {

    private final Leases leases;

    public AgentDoor(Parts parts) {
        this.leases = parts.get(Leases.class);
    }

    public Heartbeat.Answer renew(Heartbeat heartbeat) {
        return leases.renew(heartbeat);
    }
}
