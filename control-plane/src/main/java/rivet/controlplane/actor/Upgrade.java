package rivet.controlplane.actor;

import org.jspecify.annotations.Nullable;
import rivet.protocol.BuildId;

/**
 * An upgrade of which something is still to be told: whether its build works is not known yet, or it did not.
 *
 * @param from the build that was ready before, to which the actor goes back
 * @param after the generation that ran when it was asked for; only later ones say something of the new build
 * @param startTimeoutMs what the caller gave the first start; absent: as usual
 * @param failure why it was rolled back, for people; absent: its build has not been started yet, or is being started
 */
record Upgrade(
        BuildId from,
        BuildId to,
        long after,
        @Nullable Long startTimeoutMs,
        @Nullable String failure) {

    boolean isOpen() {
        return failure == null;
    }

    /** Whether it is this start that shows whether the new build works. */
    boolean isTriedBy(long generation) {
        return isOpen() && generation > after;
    }

    Upgrade failed(String why) {
        return new Upgrade(from, to, after, startTimeoutMs, why);
    }
}
