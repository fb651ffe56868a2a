package rivet.agent.lease;

import org.jspecify.annotations.Nullable;

/**
 * What is granted: pure. A new epoch's grants count only once the agent has done away with what is not its own any more;
 * until then an earlier epoch's term runs out by itself, which is safe, because nobody replaces the agent before that.
 *
 * @param serving what the agent serves by; null while it may serve nothing
 * @param waiting granted to an epoch whose set is not carried out yet
 */
record LeaseState(@Nullable Term serving, @Nullable Term waiting) {

    static final LeaseState NONE = new LeaseState(null, null);

    /** @param until on {@link System#nanoTime} */
    record Term(long epoch, long until) {

        /** Also answers that overtook each other shorten nothing. */
        Term extended(Term by) {
            return by.until - until > 0 ? by : this;
        }
    }

    LeaseState granted(long epoch, long until) {
        var term = new Term(epoch, until);
        if (serving != null && epoch <= serving.epoch()) {
            return epoch == serving.epoch() ? new LeaseState(serving.extended(term), waiting) : this;
        }
        if (waiting == null || epoch > waiting.epoch()) {
            return new LeaseState(serving, term);
        }
        return epoch == waiting.epoch() ? new LeaseState(serving, waiting.extended(term)) : this;
    }

    /**
     * All that might replace the agent have promised not to, until later than this. That carries on what has not ended; what
     * has ended only a grant brings back, for by then another agent may have been given it.
     */
    LeaseState promised(long until, long now) {
        return new LeaseState(carriedOn(serving, until, now), carriedOn(waiting, until, now));
    }

    private static @Nullable Term carriedOn(@Nullable Term term, long until, long now) {
        return term == null || term.until() - now <= 0 ? term : term.extended(new Term(term.epoch(), until));
    }

    /** The set of this epoch is in force, and nothing runs here that it does not name. */
    LeaseState reconciled(long epoch) {
        return waiting != null && waiting.epoch() == epoch ? new LeaseState(waiting, null) : this;
    }

    /** This epoch and those before it are over. */
    LeaseState fenced(long epoch) {
        return new LeaseState(
                serving != null && serving.epoch() > epoch ? serving : null,
                waiting != null && waiting.epoch() > epoch ? waiting : null);
    }

    boolean mayServe(long now) {
        return serving != null && serving.until() - now > 0;
    }

    /** Whether what the control plane said in this epoch may be obeyed where it starts something. */
    boolean mayStart(long epoch, long now) {
        return holds(serving, epoch, now) || holds(waiting, epoch, now);
    }

    private static boolean holds(@Nullable Term term, long epoch, long now) {
        return term != null && term.epoch() == epoch && term.until() - now > 0;
    }
}
