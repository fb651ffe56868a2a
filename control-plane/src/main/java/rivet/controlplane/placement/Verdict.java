package rivet.controlplane.placement;

import java.util.List;
import java.util.Locale;
import rivet.protocol.AgentId;

/** Whether an actor could go to one agent. @param obstacles all that speak against it; none: it fits */
public record Verdict(AgentId agent, String region, List<Obstacle> obstacles) {

    public boolean fits() {
        return obstacles.isEmpty();
    }

    /** Stable codes. */
    public enum Obstacle {
        /** The actor is to run elsewhere. */
        OTHER_REGION,
        /** It was not heard of lately. */
        AGENT_SILENT,
        /** An operator keeps new actors away from it. */
        CORDONED,
        NO_CPU,
        NO_MEMORY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
