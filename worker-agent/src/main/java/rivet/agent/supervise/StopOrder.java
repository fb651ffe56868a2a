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
        AGENT_STOPS
    }

    /** Told again, the first reason stays, and the grace can get shorter but not longer. */
    StopOrder and(StopOrder later) {
        return new StopOrder(why, later.killAt - killAt < 0 ? later.killAt : killAt);
    }
}
