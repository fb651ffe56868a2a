package rivet.controlplane.metrics;

/** Meters of a room that are true of the whole installation, and so are counted by the database when someone looks. */
@FunctionalInterface
public interface Counted {

    /** Counts anew. Waits for the database, and throws what it throws. */
    void count();
}
