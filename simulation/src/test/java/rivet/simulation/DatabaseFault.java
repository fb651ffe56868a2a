package rivet.simulation;

/** What can happen to a connection, and when. */
enum DatabaseFault {
    NONE,
    /** The connection ends and the transaction with it; who asked gets an error. */
    LOST_BEFORE_COMMIT,
    /** The transaction is committed, and who asked gets an error. */
    LOST_AFTER_COMMIT,
    /** The replica is killed before the transaction is committed. */
    KILLED_BEFORE_COMMIT,
    /** Or after it, before anything else. */
    KILLED_AFTER_COMMIT
}
