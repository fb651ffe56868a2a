package rivet.controlplane.database;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs work in a transaction. Deadlocks and long waits for a row are ours to repeat, not the caller's. */
@Component
public final class Transactions {

    private static final int ATTEMPTS = 3;

    private final TransactionTemplate template;

    Transactions(PlatformTransactionManager manager) {
        this.template = new TransactionTemplate(manager);
    }

    /**
     * The work may be run more than once, so it has no effects but those in the database.
     *
     * @throws OutcomeUnknownException if nobody knows whether it was committed
     */
    public <T> T run(Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return committed(work);
            } catch (ConcurrencyFailureException e) {
                if (attempt == ATTEMPTS || TransactionSynchronizationManager.isActualTransactionActive()) {
                    throw e;
                }
            }
        }
    }

    private <T> T committed(Supplier<T> work) {
        var worked = new AtomicBoolean();
        try {
            return template.<T>execute(_ -> {
                var result = work.get();
                worked.set(true);
                return result;
            });
        } catch (RuntimeException e) {
            throw worked.get() && isUnanswered(e) ? new OutcomeUnknownException(e) : e;
        }
    }

    /** Connection lost (08) or ended by the server (57P0), or Postgres says that it does not know. */
    private static boolean isUnanswered(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof SQLException sql) {
                var state = sql.getSQLState();
                return state == null || state.startsWith("08") || state.startsWith("57P0") || state.equals("40003");
            }
        }
        return false;
    }

    /** Not run if the transaction fails. */
    public static void afterCommit(Runnable effect) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                effect.run();
            }
        });
    }
}
