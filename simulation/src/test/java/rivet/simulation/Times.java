package rivet.simulation;

import java.time.Duration;
import rivet.controlplane.agent.AgentSettings;

/** The times of one installation. @param loops how often each loop looks */
record Times(AgentSettings agents, Duration loops, Duration storm) {

    /** But for the longest outage, which would be longer than a world lasts. */
    static final Times DEFAULT = new Times(
            new AgentSettings(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(6),
                    Duration.ofSeconds(8),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(12),
                    Duration.ofSeconds(14),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(60)),
            Duration.ofSeconds(1),
            Duration.ofSeconds(36));

    /** Those of tests, in docs/operate/lost-agents.md. */
    static final Times SHORT = new Times(
            new AgentSettings(
                    Duration.ofMillis(500),
                    Duration.ofMillis(1500),
                    Duration.ofSeconds(2),
                    Duration.ofMillis(200),
                    Duration.ofMillis(800),
                    Duration.ofSeconds(3),
                    Duration.ofMillis(3500),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(10)),
            Duration.ofSeconds(1),
            Duration.ofSeconds(12));
}
