package rivet.agent.supervise;

/**
 * That an actor shall end, and by when it may be killed.
 *
 * @param killAt on {@link System#nanoTime}: the grace is counted here and not by the control plane, because a partition
 *     must not keep an actor alive
 */
record StopOrder(Why why, long killAt) {

    enum Why {
        WANTED,
        /** Wanted, and there will be no successor. */
        FOR_GOOD,
        AGENT_STOPS
    }

    /** Told again, the first reason stays but where it is for good now, and the grace can get shorter but not longer. */
    StopOrder and(StopOrder later) {
        var reason = why == Why.WANTED && later.why == Why.FOR_GOOD ? later.why : why;
        return new StopOrder(reason, later.killAt - killAt < 0 ? later.killAt : killAt);
    }
}
