package rivet.client;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends, from another thread, a call that waits. Once cancelled, for ever. */
final class Cancellation {

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile @Nullable Future<?> waitingFor;

    boolean isCancelled() {
        return cancelled.getCount() == 0;
    }

    void cancel() {
        cancelled.countDown();
        var future = waitingFor;
        if (future != null) {
            future.cancel(true);
        }
    }

    /** From now on a cancel ends this. */
    void guards(Future<?> future) {
        waitingFor = future;
        // Who cancelled just before did not see it.
        if (isCancelled()) {
            future.cancel(true);
        }
    }

    /** @throws CancellationException if it was, or is meanwhile, cancelled */
    void pause(Duration duration) throws InterruptedException {
        if (cancelled.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new CancellationException("closed");
        }
    }
}
