package rivet.controlplane.checkpoint;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.kv.KvCopies;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;

/** Copies of whole stores, of which few are made at a time: a large one keeps Postgres busy for seconds. Thread-safe. */
@Component
final class StoreCopies {

    static final String BUSY = "CHECKPOINTS_BUSY";

    private static final int AT_ONCE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final KvCopies stores;
    private final CheckpointMeters meters;

    StoreCopies(KvCopies stores, CheckpointMeters meters) {
        this.stores = stores;
        this.meters = meters;
    }

    /** To be asked before a transaction is begun, or those that wait hold connections. */
    <T> T oneOfFew(Supplier<T> work) {
        try {
            if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }

    /** Part of the caller's transaction. @return empty: it is too large, and nothing was kept */
    Optional<KvCopies.Size> take(ActorId actor, UUID checkpoint) {
        var size = stores.take(actor.value(), checkpoint);
        size.ifPresent(kept -> Transactions.afterCommit(() -> meters.keptStore(kept.bytes())));
        return size;
    }

    /** Likewise; only while no generation of the actor can write. */
    void bringBack(ActorId actor, UUID checkpoint) {
        stores.bringBack(actor.value(), checkpoint);
    }

    private static Problem busy() {
        return new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        BUSY,
                        "%d stores are being copied: try again".formatted(AT_ONCE))
                .retryAfter(PATIENCE);
    }
}
