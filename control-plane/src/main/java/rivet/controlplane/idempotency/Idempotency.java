package rivet.controlplane.idempotency;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import rivet.controlplane.database.OutcomeUnknownException;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.web.Problem;

/**
 * The door: does work once for each key. The key's row is the first thing in the work's own transaction, so both are there or
 * neither is: whoever comes meanwhile waits for it, and work that was refused leaves no trace.
 */
@Component
public final class Idempotency {

    private static final int PRUNED_AT_ONCE = 10_000;

    private final IdempotencyRepository repository;
    private final Transactions transactions;
    private final IdempotencySettings settings;

    Idempotency(IdempotencyRepository repository, Transactions transactions, IdempotencySettings settings) {
        this.repository = repository;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** How what came of the work is kept: best as the ids of what was made, and never with secrets in it. */
    public record Memory<T>(Function<T, String> write, Function<String, T> read) {}

    /**
     * Runs work in a transaction.
     *
     * @param key absent: nothing is remembered, and it costs nothing
     * @return what came of the work now, or of that of an earlier request with the same key
     */
    public <T> T once(@Nullable IdempotencyKey key, Memory<T> memory, Supplier<T> work) {
        if (key == null) {
            return transactions.run(work);
        }
        try {
            return attempt(key, memory, work);
        } catch (OutcomeUnknownException unknown) {
            return settled(key, memory, work, unknown);
        }
    }

    private <T> T attempt(IdempotencyKey key, Memory<T> memory, Supplier<T> work) {
        return transactions.run(() -> {
            var earlier = claim(key);
            if (earlier.isPresent()) {
                return memory.read().apply(outcome(key, earlier.get()));
            }
            var result = work.get();
            repository.settle(key, memory.write().apply(result));
            return result;
        });
    }

    /** If the first attempt was committed its row tells what came of it; if not, this is the first. */
    private <T> T settled(IdempotencyKey key, Memory<T> memory, Supplier<T> work, OutcomeUnknownException unknown) {
        try {
            return attempt(key, memory, work);
        } catch (DataAccessException | TransactionException e) {
            unknown.addSuppressed(e);
            throw unknown;
        }
    }

    private Optional<IdempotencyRepository.Entry> claim(IdempotencyKey key) {
        try {
            return repository.claim(key);
        } catch (CannotAcquireLockException _) {
            throw Problem.conflict(
                            "IDEMPOTENCY_KEY_IN_USE",
                            "%s: a request with this key is being served; try again".formatted(IdempotencyKey.HEADER))
                    .at(IdempotencyKey.HEADER);
        }
    }

    private static String outcome(IdempotencyKey key, IdempotencyRepository.Entry entry) {
        if (!entry.fingerprint().equals(key.fingerprint())) {
            throw new Problem(
                            HttpStatus.UNPROCESSABLE_CONTENT,
                            "IDEMPOTENCY_KEY_REUSED",
                            "%s: used before with another request (expected: a new key)"
                                    .formatted(IdempotencyKey.HEADER))
                    .at(IdempotencyKey.HEADER, "a new key");
        }
        return entry.outcome();
    }

    /** @return whether more can be done at once */
    public boolean prune() {
        return repository.prune(settings.retention(), PRUNED_AT_ONCE) == PRUNED_AT_ONCE;
    }
}
