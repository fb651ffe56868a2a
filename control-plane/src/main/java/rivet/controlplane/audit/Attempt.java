package rivet.controlplane.audit;

import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;

/** A change under way, and which entry tells of it. Belongs to the thread that makes the change. */
final class Attempt {

    static final String OK = "ok";
    private static final int LONGEST_TARGET = 512;

    private final Change change;
    private String target;
    private String outcome = OK;
    private @Nullable Long entry;
    private boolean committed;
    private boolean upToDate;

    Attempt(Change change) {
        this.change = change;
        this.target = told(change.target());
    }

    Change change() {
        return change;
    }

    String target() {
        return target;
    }

    String outcome() {
        return outcome;
    }

    @Nullable
    Long entry() {
        return entry;
    }

    boolean isEntered() {
        return entry != null;
    }

    boolean isUpToDate() {
        return upToDate;
    }

    void target(String path) {
        var told = told(path);
        upToDate &= target.equals(told);
        target = told;
    }

    /** Callers write it: whatever they wrote, there is an entry of it. Postgres keeps no zero character. */
    private static String told(String path) {
        return path.substring(0, Math.min(LONGEST_TARGET, path.length())).replace('\0', '?');
    }

    void end(@Nullable Throwable thrown) {
        if (thrown != null) {
            outcome = Problem.of(thrown).code();
            upToDate = false;
        }
    }

    void entered(long id) {
        entry = id;
        upToDate = true;
    }

    /** A transaction has ended. What was entered in one that did not commit was not entered. */
    void settle(boolean commits) {
        if (entry != null && !committed) {
            committed = commits;
            entry = commits ? entry : null;
            upToDate = commits && upToDate;
        }
    }
}
