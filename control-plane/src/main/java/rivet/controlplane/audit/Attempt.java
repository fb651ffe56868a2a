package rivet.controlplane.audit;

import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;

/** A change under way, and which entry tells of it. Belongs to the thread that makes the change. */
final class Attempt {

    static final String OK = "ok";

    private final Change change;
    private String target;
    private String outcome = OK;
    private @Nullable Long entry;
    private boolean committed;
    private boolean upToDate;

    Attempt(Change change) {
        this.change = change;
        this.target = change.target();
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
        upToDate &= target.equals(path);
        target = path;
    }

    void end(@Nullable Throwable thrown) {
        if (thrown != null) {
            outcome = thrown instanceof Problem problem ? problem.code() : "ERROR";
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
