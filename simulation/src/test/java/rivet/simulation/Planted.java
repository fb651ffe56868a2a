package rivet.simulation;

/**
 * Faults that the simulation must find before it is believed, each a switch of the world around our code, which is the same in
 * all of them. Which seed finds what stands in docs/decisions/simulation.md.
 */
enum Planted {
    NONE,
    /** The agent counts its lease from when the answer came. */
    DEADLINE_FROM_RECEIPT,
    /** An answer that says that the lease is lost extends it. */
    FENCED_EXTENDS,
    /** An answer that says that the lease is lost is taken for one that grants it, and nobody says hello again. */
    FENCED_IS_A_GRANT,
    /** A set that is handled when its conversation is over is obeyed, whatever its epoch and whether or not there is a lease. */
    START_WITHOUT_EPOCH,
    /** An agent that is given up keeps its epoch. */
    EPOCH_NOT_BUMPED,
    /** Nothing is frozen when the lease is over. */
    WARDEN_OFF,
    /** What a lost or ended actor had is not given back. */
    RESERVATION_NOT_RELEASED,
    /** That a copy is being stopped is taken for its end. */
    SUCCESSOR_BEFORE_EXIT,
    /** What is said of an older generation is taken for said of the newest. */
    OLD_REPORT_APPLIED,
    /** A commit that was not answered counts as one that was not done, and is asked for anew. */
    UNKNOWN_IS_FAILURE,
    /** The row of an idempotency key is written after the work, in a transaction of its own. */
    KEY_AFTER_EFFECT,
    /** Nudges are lost, and nobody looks without one. */
    POLL_OFF,
    /** The replica's own clock does not count, so a jump of the database's makes agents look lost. */
    ONE_CLOCK,
    /** After a restart an actor is taken for alive if any process has its pid. */
    PID_ONLY_ADOPTION,
    /** What forked away from an actor is not killed with it. */
    KILL_BY_DESCENDANTS,
    /** A generation is started again after a restart of the agent: nobody reads the journal. */
    JOURNAL_FORGOTTEN,
    /** A set that is older than the one in force is obeyed, in the conversation in which it was said. */
    OLD_SET_OBEYED,
    /** A new epoch's lease counts before the agent has ended what the set does not name. */
    STRANGERS_SERVED,
    /** What the agent knows of a store is told whether or not it holds its lease. */
    CACHE_WITHOUT_LEASE,
    /** What it knows of a store is trusted also after a write that may or may not have been done. */
    CACHE_NEVER_UNCERTAIN,
    /** A write does not ask whether a newer generation was begun. */
    WRITE_UNFENCED,
    /** After a restart of the agent the batches of a generation that lives on are counted from the beginning. */
    RESUME_SKIPPED,
    /** An alarm is gone when the actor is told of it, and not when it is handled. */
    ALARM_GONE_WHEN_TOLD,
    /** An alarm that is due while its actor is being stopped counts as one that has woken it. */
    WAKE_LOST_WHILE_STOPPING;

    /** And alarms, and whether they sleep. In the worlds of the others actors have none and do not: they are as they were when their seeds were looked for. */
    boolean hasStores() {
        return this == NONE || compareTo(CACHE_WITHOUT_LEASE) >= 0;
    }
}
