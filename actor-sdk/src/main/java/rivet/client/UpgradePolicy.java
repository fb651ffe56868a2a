package rivet.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an actor gets its new build: for one upgrade, or as the {@linkplain CreateActor#upgradePolicy actor's own}. Immutable.
 *
 * @param policy {@code now}, {@code drain}, {@code when_idle} or {@code next_start}
 * @param deadline in milliseconds; {@code null}: as the server has it
 * @param atDeadline what {@code when_idle} does then; {@code null}: {@code now}
 */
public record UpgradePolicy(
        String policy, @Nullable Long deadline, @Nullable String atDeadline) {

    /**
     * What runs is stopped for it. This is so unless something else is said.
     *
     * @return the policy
     */
    public static UpgradePolicy now() {
        return new UpgradePolicy("now", null, null);
    }

    /**
     * What runs is stopped when the requests and connections that it has have ended; new ones wait for the new build.
     *
     * @param atMost how long they may take, 0 to 2 h; requests wait 30 s, so a long time makes some fail
     * @return the policy
     * @throws IllegalArgumentException if it is negative
     */
    public static UpgradePolicy drain(Duration atMost) {
        return new UpgradePolicy("drain", Checks.notNegative("atMost", atMost).toMillis(), null);
    }

    /**
     * What runs serves as ever, and is stopped once it has had neither a request nor a connection for a second.
     *
     * @param atMost how long that is waited for, 0 to 7 days; then it is stopped as by {@link #now}
     * @return the policy
     * @throws IllegalArgumentException if it is negative
     */
    public static UpgradePolicy whenIdle(Duration atMost) {
        return new UpgradePolicy(
                "when_idle", Checks.notNegative("atMost", atMost).toMillis(), null);
    }

    /**
     * What runs goes on, and whatever starts the actor next starts the new build.
     *
     * @return the policy
     */
    public static UpgradePolicy nextStart() {
        return new UpgradePolicy("next_start", null, null);
    }

    /**
     * Instead of {@link #now}, what {@link #whenIdle} does at its end.
     *
     * @param other {@link #now}, {@link #drain} (15 s, whatever it says) or {@link #nextStart}
     * @return a new policy
     */
    public UpgradePolicy otherwise(UpgradePolicy other) {
        return new UpgradePolicy(policy, deadline, other.policy);
    }
}
