package rivet.controlplane.actor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import rivet.controlplane.web.Times;

/**
 * @param defaultKillTimeout from the termination signal to the kill, where the creator says nothing
 * @param waitTimeout how long a request with {@code wait} is held where it says nothing
 * @param waitMax the longest that it may say
 * @param upgradeStartTimeout how long the first start of a new build may take, where nobody says; what waits for the actor has to
 *     outlast it and the start of the build before
 * @param keyTimeout how long a get-or-create waits for the holder of its key to be destroyed
 */
@ConfigurationProperties("rivet.actors")
record ActorSettings(
        Duration defaultKillTimeout,
        Duration waitTimeout,
        Duration waitMax,
        Duration upgradeStartTimeout,
        Duration keyTimeout,
        Duration backoffBase,
        Duration backoffMax,
        Duration healthyAfter) {

    ActorSettings {
        if (defaultKillTimeout.isNegative() || defaultKillTimeout.toMillis() > ActorChecks.LONGEST_GRACE_MS) {
            throw new IllegalArgumentException(
                    "rivet.actors.default-kill-timeout: %s (expected: 0 to 2 h)".formatted(defaultKillTimeout));
        }
        if (upgradeStartTimeout.toMillis() < Times.SHORTEST_MS || upgradeStartTimeout.toMillis() > Times.LONGEST_MS) {
            throw new IllegalArgumentException(
                    "rivet.actors.upgrade-start-timeout: %s (expected: 100 ms to 1 h)".formatted(upgradeStartTimeout));
        }
        if (waitTimeout.isNegative() || waitTimeout.compareTo(waitMax) > 0 || keyTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "rivet.actors.wait-timeout: %s, wait-max: %s, key-timeout: %s (expected: 0 <= wait-timeout <= wait-max, 0 <= key-timeout)"
                            .formatted(waitTimeout, waitMax, keyTimeout));
        }
    }

    Backoff backoff() {
        return new Backoff(backoffBase, backoffMax, healthyAfter);
    }
}
