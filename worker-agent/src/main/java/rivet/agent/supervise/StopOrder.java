package rivet.agent.supervise;

import org.jspecify.annotations.Nullable;
import rivet.protocol.link.StopReason;

/**
 * That an actor shall end, and by when it may be killed. Both times are of {@link System#nanoTime}, and counted here and not by
 * the control plane, because a partition must not keep an actor alive.
 *
 * @param drainUntil until when what it has may go on before it is told
 * @param killAt likewise, a grace after that
 * @param reason as the actor is told; absent: nobody said
 */
record StopOrder(
        Why why, long drainUntil, long killAt, @Nullable StopReason reason) {

    enum Why {
        WANTED,
        /** Wanted, and there will be no successor. */
        FOR_GOOD,
        AGENT_STOPS
    }

    /** Told again, the first of the two stays but where it is for good now, and each time can get shorter but not longer. */
    StopOrder and(StopOrder later) {
        var stays = why == Why.WANTED && later.why == Why.FOR_GOOD ? later.why : why;
        return new StopOrder(
                stays,
                earlier(drainUntil, later.drainUntil),
                earlier(killAt, later.killAt),
                later.reason == null ? reason : later.reason);
    }

    /** It has nothing any more: its grace need not wait for the end of that time. */
    StopOrder drained(long now) {
        long early = Math.max(0, drainUntil - now);
        return new StopOrder(why, drainUntil - early, killAt - early, reason);
    }

    private static long earlier(long one, long other) {
        return other - one < 0 ? other : one;
    }
}
