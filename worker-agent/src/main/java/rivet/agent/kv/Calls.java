package rivet.agent.kv;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What an actor has asked, in order. Bounded: who has asked so much waits before it asks more. Thread-safe. */
final class Calls implements AutoCloseable {

    private static final int MOST_WAITING = 1_024;
    private static final int MOST_WAITING_BYTES = 2 << 20;

    /** Of a message beside a request's bytes. */
    private static final int LENGTH_BYTES = 4;

    private static final int MOST_VALUES = 128;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean closed;

    /** Waits for room. @return whether there was any before it was closed */
    boolean put(Call call) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && isFull(call)) {
                changed.await();
            }
            if (closed) {
                return false;
            }
            waiting.add(call);
            waitingBytes += call.bytes().length();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What waits is forgotten, and nobody waits for room any more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            waitingBytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull(Call call) {
        return waiting.size() >= MOST_WAITING
                || (!waiting.isEmpty() && waitingBytes + call.bytes().length() > MOST_WAITING_BYTES);
    }

    /** Waits for one; those that follow it come with it if they are of its kind and all fit into one message. */
    List<Call> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                changed.await();
            }
            var run = new ArrayList<Call>();
            int bytes = 0;
            int values = 0;
            while (!waiting.isEmpty()) {
                var next = waiting.element();
                bytes += LENGTH_BYTES + next.bytes().length();
                values += next.values();
                if (!run.isEmpty()
                        && (next.isWrite() != run.getFirst().isWrite()
                                || bytes > RemoteStore.MOST_IN_A_BATCH
                                || values > MOST_VALUES)) {
                    break;
                }
                waitingBytes -= next.bytes().length();
                run.add(waiting.remove());
            }
            changed.signalAll();
            return run;
        } finally {
            lock.unlock();
        }
    }
}
