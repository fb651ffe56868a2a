package rivet.controlplane.agent;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param heartbeat how often agents renew their lease
 * @param fresh an agent whose lease is older gets no new actors
 */
@ConfigurationProperties("rivet.agents")
public record AgentSettings(Duration heartbeat, Duration fresh) {

    public AgentSettings {
        if (heartbeat.isNegative() || heartbeat.isZero() || heartbeat.compareTo(fresh) >= 0) {
            throw new IllegalArgumentException("rivet.agents.heartbeat: %s, fresh: %s (expected: 0 < heartbeat < fresh)"
                    .formatted(heartbeat, fresh));
        }
    }
}
