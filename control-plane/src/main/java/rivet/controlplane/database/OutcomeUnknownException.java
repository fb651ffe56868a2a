package rivet.controlplane.database;

import org.springframework.transaction.TransactionSystemException;

/** The connection was lost while the transaction was being committed: it may have been committed or not. */
public final class OutcomeUnknownException extends TransactionSystemException {

    OutcomeUnknownException(RuntimeException cause) {
        super("the connection was lost at commit", cause);
    }
}
