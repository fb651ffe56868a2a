package rivet.controlplane.placement;

import org.springframework.stereotype.Component;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.Reservation;

/** The door: chooses an agent and reserves its room in one step, as part of the caller's transaction. */
@Component
public final class Placer {

    private final Agents agents;

    Placer(Agents agents) {
        this.agents = agents;
    }

    public Placement place(String region, Reservation demand) {
        var agent = agents.reserve(region, demand);
        if (agent.isPresent()) {
            return new Placement.On(agent.get());
        }
        return agents.anyFresh(region) ? new Placement.NoRoom() : new Placement.NoAgents();
    }
}
