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
        return agent.isPresent() ? new Placement.On(agent.get()) : none(region);
    }

    /** What {@link #place} answers where all room is taken, or somebody else's turn. */
    public Placement none(String region) {
        return switch (agents.shortage(region)) {
            case NO_AGENTS -> new Placement.NoAgents();
            case ALL_CORDONED -> new Placement.AllCordoned();
            case NO_ROOM -> new Placement.NoRoom();
        };
    }

    /** What {@link #place} would have to choose from just now; changes nothing. */
    public List<Verdict> verdicts(String region, Reservation demand) {
        return verdicts(agents.candidates(), region, demand);
    }

    /** Likewise, without those of other regions. */
    public List<Verdict> verdictsWithin(String region, Reservation demand) {
        return verdicts(agents.candidates(region), region, demand);
    }

    private static List<Verdict> verdicts(List<Agents.Candidate> agents, String region, Reservation demand) {
        return agents.stream()
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
        if (agent.cordoned()) {
            obstacles.add(Verdict.Obstacle.CORDONED);
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
