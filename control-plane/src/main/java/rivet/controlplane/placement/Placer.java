package rivet.controlplane.placement;

import java.util.ArrayList;
import java.util.List;
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

    /** What {@link #place} would have to choose from just now; changes nothing. */
    public List<Verdict> verdicts(String region, Reservation demand) {
        return agents.candidates().stream()
                .map(agent -> new Verdict(agent.agent(), agent.region(), obstacles(agent, region, demand)))
                .toList();
    }

    private static List<Verdict.Obstacle> obstacles(Agents.Candidate agent, String region, Reservation demand) {
        var obstacles = new ArrayList<Verdict.Obstacle>();
        if (!agent.region().equals(region)) {
            obstacles.add(Verdict.Obstacle.OTHER_REGION);
        }
        if (!agent.fresh()) {
            obstacles.add(Verdict.Obstacle.AGENT_SILENT);
        }
        if (agent.cpuMillicores() < demand.cpuMillicores()) {
            obstacles.add(Verdict.Obstacle.NO_CPU);
        }
        if (agent.memoryMib() < demand.memoryMib()) {
            obstacles.add(Verdict.Obstacle.NO_MEMORY);
        }
        return obstacles;
    }
}
