package rivet.actor;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * When an actor has to stop. A stop begins with the termination signal (SIGTERM), because the actor is destroyed or
 * upgraded or its machine drained, or with the actor's own {@link #request()}. From then on new connections no longer
 * reach the actor, and it has the grace period to finish: what has not ended by then is killed.
 *
 * <p>Thread-safe. A stop is never taken back.
 */
public final class Shutdown {

    private static final System.Logger log = System.getLogger(Shutdown.class.getName());

    private final Duration grace;
    private final LongSupplier nanoTime;
    private final Supplier<StopReason> why;
    private final ReentrantLock lock = new ReentrantLock();
    private final CountDownLatch told = new CountDownLatch(1);
    private final List<Runnable> callbacks = new ArrayList<>();
    private boolean requested;
    private long requestedAt;

    /**
     * A stop that nobody has asked for yet. Actors are given theirs; making one is for contexts and tests.
     *
     * @param grace from the request to the kill, not negative
     * @throws IllegalArgumentException if the grace is negative
     */
    public Shutdown(Duration grace) {
        this(grace, System::nanoTime);
    }

    Shutdown(Duration grace, LongSupplier nanoTime) {
        this(grace, nanoTime, () -> StopReason.UNKNOWN);
    }

    /** @param why asked when somebody wants to know */
    Shutdown(Duration grace, LongSupplier nanoTime, Supplier<StopReason> why) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace: %s (expected: not negative)".formatted(grace));
        }
        this.grace = grace;
        this.nanoTime = nanoTime;
        this.why = why;
    }

    /**
     * Whether the actor has to stop.
     *
     * @return true from the request on, and before any callback runs
     */
    public boolean requested() {
        lock.lock();
        try {
            return requested;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Why the actor has to stop. Asks the agent, each time; where that is gone, this can take some seconds.
     *
     * @return empty while it does not have to
     */
    public Optional<StopReason> reason() {
        return requested() ? Optional.of(why.get()) : Optional.empty();
    }

    /**
     * Waits, without a bound, until the actor has to stop and the callbacks have run. This is where the {@code start} of
     * an actor that serves spends its life.
     *
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public void await() throws InterruptedException {
        told.await();
    }

    /**
     * Waits until the actor has to stop and the callbacks have run, but not longer than given. A loop that has something
     * to do now and then waits here between two rounds.
     *
     * @param timeout how long at most; zero or less does not wait
     * @return whether the actor has to stop; false if the time ran out first
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return told.await(nanos(timeout), TimeUnit.NANOSECONDS);
    }

    /**
     * How long the actor may still take. It is counted from the actor's own kill timeout: a destroy call may override
     * it with a shorter or longer one, of which the process is not told.
     *
     * @return the whole grace period before the request, then less and less, and zero when it is over
     */
    public Duration left() {
        lock.lock();
        try {
            if (!requested) {
                return grace;
            }
            var left = grace.minusNanos(nanoTime.getAsLong() - requestedAt);
            return left.isNegative() ? Duration.ZERO : left;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs something when the actor has to stop: close a listener, wake a thread that waits elsewhere. Callbacks run one
     * after the other, in the order in which they were registered, on the thread that brought the request; one that
     * throws is logged and does not keep the next from running. A callback must not wait for {@code start} to return,
     * which waits for the callbacks itself if it is in {@link #await()}.
     *
     * @param callback what to run; at once and here, if the stop was already requested
     */
    public void onShutdown(Runnable callback) {
        if (!added(callback)) {
            run(callback);
        }
    }

    /**
     * Asks for the stop from inside, as the signal does from outside: when the last player has left, say. Returns after
     * the callbacks have run; a second request does nothing. The process ends when {@code start} returns.
     */
    public void request() {
        if (!begin()) {
            return;
        }
        try {
            callbacks.forEach(Shutdown::run);
        } finally {
            told.countDown();
        }
    }

    private boolean added(Runnable callback) {
        lock.lock();
        try {
            return !requested && callbacks.add(callback);
        } finally {
            lock.unlock();
        }
    }

    /** After it the list of callbacks no longer changes. */
    private boolean begin() {
        lock.lock();
        try {
            if (requested) {
                return false;
            }
            requested = true;
            requestedAt = nanoTime.getAsLong();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static void run(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            log.log(Level.ERROR, "a shutdown callback failed", e);
        }
    }

    private static long nanos(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException _) {
            return Long.MAX_VALUE; // 292 years
        }
    }
}
