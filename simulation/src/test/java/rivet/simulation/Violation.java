package rivet.simulation;

/** Something is true that must never be, or not true that must be by now. */
final class Violation extends AssertionError {

    private static final long serialVersionUID = 1;

    Violation(String what) {
        super(what);
    }
}
