package rivet.agent.supervise;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import rivet.agent.supervise.Launcher.Ended;

/** What can happen to an actor from outside, and waiting for it; the actor's own thread waits, others tell. */
class Turns {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable StopOrder stop;
    private @Nullable Ended ended;
    private int changes;

    void stop(StopOrder order) {
        lock.lock();
        try {
            var before = stop;
            stop = before == null ? order : before.and(order);
            tell();
        } finally {
            lock.unlock();
        }
    }

    void ended(Ended end) {
        lock.lock();
        try {
            ended = end;
            tell();
        } finally {
            lock.unlock();
        }
    }

    /** Something else that the waiting thread should look at. */
    void nudge() {
        lock.lock();
        try {
            tell();
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    StopOrder stop() {
        lock.lock();
        try {
            return stop;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Ended ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    int changes() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when there have been more changes than the caller has seen, or the time has come. */
    void await(int seen, long untilNanos) {
        lock.lock();
        try {
            long left = untilNanos - System.nanoTime();
            while (changes == seen && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("an actor's thread was interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        changes++;
        changed.signalAll();
    }
}
