package rivet.controlplane.agent;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param heartbeat how often agents renew their lease
 * @param fresh an agent whose lease is older gets no new actors
 * @param fence how long an agent serves from the sending of the heartbeat that was granted last
 * @param freeze how long it may take from there until its actors stand still
 * @param stall how long a host may hold that up
 * @param unreachable an agent that is silent for longer is said to be
 * @param replaceAfter an agent that is silent for longer is lost, and its actors are replaced
 * @param brake how long replacing waits at most where many agents are silent at once
 */
@ConfigurationProperties("rivet.agents")
public record AgentSettings(
        Duration heartbeat,
        Duration fresh,
        Duration fence,
        Duration freeze,
        Duration stall,
        Duration unreachable,
        Duration replaceAfter,
        Duration brake) {

    /** Clocks of two machines may run apart by this. */
    private static final double CLOCK_RATE = 0.005;

    public AgentSettings {
        if (heartbeat.isNegative() || heartbeat.isZero() || heartbeat.compareTo(fresh) >= 0) {
            throw new IllegalArgumentException("rivet.agents.heartbeat: %s, fresh: %s (expected: 0 < heartbeat < fresh)"
                    .formatted(heartbeat, fresh));
        }
        if (heartbeat.compareTo(fence) >= 0
                || freeze.isNegative()
                || stall.isNegative()
                || brake.isNegative()
                || unreachable.compareTo(replaceAfter) > 0) {
            throw new IllegalArgumentException(
                    "rivet.agents.fence: %s, freeze: %s, stall: %s, unreachable: %s, replace-after: %s, brake: %s (expected: heartbeat < fence, unreachable <= replace-after, none negative)"
                            .formatted(fence, freeze, stall, unreachable, replaceAfter, brake));
        }
        var gone = fence.toMillis() / (1 - CLOCK_RATE) + freeze.toMillis() + stall.toMillis();
        var replaced = replaceAfter.toMillis() / (1 + CLOCK_RATE);
        if (gone >= replaced) {
            throw new IllegalArgumentException(
                    "rivet.agents.replace-after: %s (expected: longer than fence + freeze + stall, %s + %s + %s, with clocks that run apart by 0.5 %%: else two copies of an actor could run)"
                            .formatted(replaceAfter, fence, freeze, stall));
        }
    }
}
