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
 * @param outage how long an agent may serve without a granted heartbeat where all replicas promise not to replace it
 * @param answer when a heartbeat is answered at the latest: if the database has not answered by then, with a promise
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
        Duration outage,
        Duration answer,
        Duration brake) {

    /** Clocks of two machines may run apart by this. */
    private static final double CLOCK_RATE = 0.005;

    private static final Duration LONGEST_ANSWER = Duration.ofMillis(800);

    public AgentSettings {
        if (heartbeat.isNegative() || heartbeat.isZero() || heartbeat.compareTo(fresh) >= 0) {
            throw new IllegalArgumentException("rivet.agents.heartbeat: %s, fresh: %s (expected: 0 < heartbeat < fresh)"
                    .formatted(heartbeat, fresh));
        }
        if (heartbeat.compareTo(fence) >= 0
                || freeze.isNegative()
                || stall.isNegative()
                || outage.isNegative()
                || brake.isNegative()
                || unreachable.compareTo(replaceAfter) > 0) {
            throw new IllegalArgumentException(
                    "rivet.agents.fence: %s, freeze: %s, stall: %s, unreachable: %s, replace-after: %s, outage: %s, brake: %s (expected: heartbeat < fence, unreachable <= replace-after, none negative)"
                            .formatted(fence, freeze, stall, unreachable, replaceAfter, outage, brake));
        }
        if (answer.isNegative() || answer.isZero() || answer.compareTo(LONGEST_ANSWER) > 0) {
            throw new IllegalArgumentException(
                    "rivet.agents.answer: %s (expected: more than 0 and at most %s: agents wait 1 s)"
                            .formatted(answer, LONGEST_ANSWER));
        }
        var gone = fence.toMillis() / (1 - CLOCK_RATE) + freeze.toMillis() + stall.toMillis();
        var replaced = replaceAfter.toMillis() / (1 + CLOCK_RATE);
        if (gone >= replaced) {
            throw new IllegalArgumentException(
                    "rivet.agents.replace-after: %s (expected: longer than fence + freeze + stall, %s + %s + %s, with clocks that run apart by 0.5 %%: else two copies of an actor could run)"
                            .formatted(replaceAfter, fence, freeze, stall));
        }
    }

    /** An agent that has had no heartbeat granted for longer serves nothing, whatever others have promised it. */
    Duration longestPromised() {
        return Duration.ofMillis((long) (outage.toMillis() * (1 + CLOCK_RATE) / (1 - CLOCK_RATE)))
                .plus(replaceAfter);
    }
}
