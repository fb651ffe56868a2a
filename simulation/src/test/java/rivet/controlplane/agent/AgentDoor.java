package rivet.controlplane.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.TransientDataAccessResourceException;
import rivet.controlplane.web.Problem;
import rivet.protocol.AgentId;
import rivet.protocol.link.Heartbeat;
import rivet.simulation.Parts;

/** What the simulation asks of this room. */
public final class AgentDoor {

    private final Leases leases;
    private final Roster roster;

    public AgentDoor(Parts parts) {
        this.leases = parts.get(Leases.class);
        this.roster = parts.get(Roster.class);
    }

    /** However long it takes. */
    public Heartbeat.Answer renew(Heartbeat heartbeat) {
        return leases.renewed(heartbeat);
    }

    /** What is answered where the database did not. @return null where nothing is promised */
    public Heartbeat.@Nullable Answer promise(Heartbeat heartbeat) {
        try {
            return leases.promise(heartbeat, new TransientDataAccessResourceException("no answer in time"));
        } catch (Problem _) {
            return null;
        }
    }

    public boolean drain(AgentId agent, Duration deadline) {
        return roster.drain(agent, deadline);
    }

    public boolean uncordon(AgentId agent) {
        return roster.uncordon(agent);
    }
}
