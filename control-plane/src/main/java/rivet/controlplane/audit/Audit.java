package rivet.controlplane.audit;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import rivet.controlplane.web.Problem;

/**
 * The door. A change is made inside of {@link #record}, on one thread; the first transaction that commits in it takes the
 * entry along, so that there is neither a change without its entry nor an entry without its change. A change that needs no
 * transaction, or fails before its commit, is entered afterwards. Thread-safe.
 */
@Component
public final class Audit implements TransactionExecutionListener {

    private static final Logger log = LoggerFactory.getLogger(Audit.class);
    private static final ScopedValue<Attempt> CURRENT = ScopedValue.newInstance();
    private static final int PRUNED_AT_ONCE = 10_000;

    private final AuditRepository repository;
    private final AuditSettings settings;

    Audit(AuditRepository repository, AuditSettings settings) {
        this.repository = repository;
        this.settings = settings;
    }

    /** What makes a change. */
    @FunctionalInterface
    public interface Work {
        @Nullable
        Object run() throws Throwable;
    }

    /** A work's outcome as a value: a scoped value's carrier wants to know what is thrown. */
    private record Done(@Nullable Object result, @Nullable Throwable thrown) {}

    /** Makes the change and enters it. @return what the work returned @throws Throwable what the work threw */
    public @Nullable Object record(Change change, Work work) throws Throwable {
        var attempt = new Attempt(change);
        var done = ScopedValue.where(CURRENT, attempt).call(() -> run(work));
        attempt.end(done.thrown());
        save(attempt);
        if (done.thrown() != null) {
            throw done.thrown();
        }
        return done.result();
    }

    private static Done run(Work work) {
        try {
            return new Done(work.run(), null);
        } catch (Throwable e) {
            return new Done(null, e);
        }
    }

    /** Enters a change that was not let through. */
    public void refused(Change change, Problem problem) {
        var attempt = new Attempt(change);
        attempt.end(problem);
        save(attempt);
    }

    /** Names what the change under way has made: where it has no name before. Without a change under way nothing happens. */
    public static void target(String path) {
        if (CURRENT.isBound()) {
            CURRENT.get().target(path);
        }
    }

    /** Newest first. @param environment null: all there are @param before the last id of the page before */
    public List<AuditEntry> page(@Nullable UUID environment, @Nullable Long before, int limit) {
        return repository.page(environment, before, limit);
    }

    /** @return whether more can be done at once */
    public boolean prune() {
        return repository.prune(settings.retention(), settings.maxEntries(), PRUNED_AT_ONCE) == PRUNED_AT_ONCE;
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (CURRENT.isBound() && !CURRENT.get().isEntered() && !transaction.isReadOnly()) {
            CURRENT.get().entered(repository.insert(CURRENT.get()));
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (CURRENT.isBound()) {
            CURRENT.get().settle(failure == null);
        }
    }

    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
        if (CURRENT.isBound()) {
            CURRENT.get().settle(false);
        }
    }

    /** The change has been made or refused already: its caller has to be told that, and not of our trouble. */
    private void save(Attempt attempt) {
        try {
            repository.save(attempt);
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("token", attempt.change().who().tokenName())
                    .addKeyValue("operation", attempt.change().operation())
                    .addKeyValue("target", attempt.target())
                    .addKeyValue("outcome", attempt.outcome())
                    .addKeyValue("ray", attempt.change().ray())
                    .setCause(e)
                    .log("a change could not be entered in the audit trail");
        }
    }
}
