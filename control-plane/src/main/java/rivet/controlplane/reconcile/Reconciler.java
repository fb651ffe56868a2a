package rivet.controlplane.reconcile;

/** Compares the world with intent and does what is missing. May be repeated, interrupted or run twice at once. */
@FunctionalInterface
interface Reconciler {

    /** @return whether there is more to do at once */
    boolean pass();
}
