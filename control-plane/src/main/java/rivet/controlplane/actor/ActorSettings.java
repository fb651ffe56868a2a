package rivet.controlplane.actor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param defaultKillTimeout from the termination signal to the kill, where the creator says nothing
 * @param readyTimeout how long a create may wait for its actor to run
 */
@ConfigurationProperties("rivet.actors")
record ActorSettings(
        Duration defaultKillTimeout,
        Duration readyTimeout,
        Duration backoffBase,
        Duration backoffMax,
        Duration healthyAfter) {

    ActorSettings {
        if (defaultKillTimeout.isNegative() || defaultKillTimeout.toMillis() > ActorChecks.LONGEST_GRACE_MS) {
            throw new IllegalArgumentException(
                    "rivet.actors.default-kill-timeout: %s (expected: 0 to 2 h)".formatted(defaultKillTimeout));
        }
    }

    Backoff backoff() {
        return new Backoff(backoffBase, backoffMax, healthyAfter);
    }
}
