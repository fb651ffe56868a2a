package rivet.controlplane.reconcile;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one pass after the other on a virtual thread: on its interval, sooner when nudged, never two at once. */
final class ReconcileLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    private final String name;
    private final Duration interval;
    private final Reconciler reconciler;
    private final Semaphore nudges = new Semaphore(0);
    private final Thread thread;
    private volatile boolean open = true;

    ReconcileLoop(String name, Duration interval, Reconciler reconciler) {
        this.name = name;
        this.interval = interval;
        this.reconciler = reconciler;
        this.thread = Thread.ofVirtual().name("loop-" + name).start(this::run);
    }

    /** A hint to look sooner. */
    void nudge() {
        nudges.release();
    }

    private void run() {
        while (open) {
            if (!passed()) {
                rest();
            }
        }
    }

    /** What goes wrong is logged once, and the next pass is the retry. @return whether to go on at once */
    private boolean passed() {
        try {
            return reconciler.pass();
        } catch (RuntimeException e) {
            if (open) {
                log.atWarn().addKeyValue("loop", name).setCause(e).log("a pass failed");
            }
            return false;
        }
    }

    private void rest() {
        try {
            if (nudges.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                nudges.drainPermits();
            }
        } catch (InterruptedException _) {
            open = false;
        }
    }

    /** Returns when the pass under way is over: after it nothing of this loop touches the database. */
    @Override
    public void close() {
        open = false;
        nudge();
        try {
            if (!thread.join(LONGEST_CLOSE)) {
                log.atWarn().addKeyValue("loop", name).log("a pass did not end in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
