package rivet.client;

import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Gives one subscriber as much as it has requested, from a virtual thread of its own. */
final class FeedSubscription<T> implements Subscription {

    private final Subscriber<? super T> subscriber;
    private final Feed.Cursor<T> cursor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long requested;
    private boolean cancelled;
    private @Nullable Throwable misuse;

    private FeedSubscription(Subscriber<? super T> subscriber, Feed.Cursor<T> cursor) {
        this.subscriber = subscriber;
        this.cursor = cursor;
    }

    static <T> void start(Subscriber<? super T> subscriber, Feed.Cursor<T> cursor) {
        var subscription = new FeedSubscription<T>(subscriber, cursor);
        Thread.ofVirtual().name("rivet-feed").start(subscription::run);
    }

    @Override
    public void request(long n) {
        lock.lock();
        try {
            if (n <= 0) {
                misuse = new IllegalArgumentException("request: %d (expected: more than zero)".formatted(n));
            } else {
                requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        cursor.close();
    }

    private void run() {
        try (cursor) {
            subscriber.onSubscribe(this);
            while (mayGive()) {
                var next = cursor.next();
                if (isCancelled()) {
                    return;
                }
                if (next.isEmpty()) {
                    subscriber.onComplete();
                    return;
                }
                subscriber.onNext(next.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            tell(e);
        }
    }

    /** @return false when it is cancelled @throws IllegalArgumentException as the subscriber asked for it */
    private boolean mayGive() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!cancelled && misuse == null && requested == 0) {
                changed.await();
            }
            if (!cancelled && misuse != null) {
                throw new IllegalArgumentException(misuse.getMessage(), misuse);
            }
            requested--;
            return !cancelled;
        } finally {
            lock.unlock();
        }
    }

    private void tell(Throwable e) {
        if (!isCancelled()) {
            subscriber.onError(e);
        }
    }

    private boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }
}
