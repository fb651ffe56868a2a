package rivet.agent.launch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few started and exercised processes that wait to become actors. Filled by one thread, one at a time: the machine's
 * cores are there for those who run.
 */
final class WarmPool implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WarmPool.class);

    /**
     * No process is warmed before nobody has asked for one for so long: warming costs twice what a cold start does, and so
     * under a burst it would only take the cores from those who are starting.
     */
    private static final Duration REST = Duration.ofMillis(60);

    private static final Duration WARM_BOUND = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int MOST_DOUBLINGS = 10;

    private final int size;
    private final Supplier<DenoProcess> start;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<DenoProcess> waiting = new ArrayDeque<>();
    private final Thread filler = Thread.ofVirtual().name("warm-pool").unstarted(this::fill);
    private boolean closed;
    private long lastAsked = System.nanoTime();

    WarmPool(int size, Supplier<DenoProcess> start) {
        this.size = size;
        this.start = start;
    }

    void start() {
        if (size > 0) {
            filler.start();
        }
    }

    /** One that is warm; empty if there is none now. */
    Optional<DenoProcess> take() {
        lock.lock();
        try {
            var taken = Optional.ofNullable(waiting.poll());
            lastAsked = System.nanoTime();
            changed.signal();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    int depth() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        joinFiller();
        for (var process = take(); process.isPresent(); process = take()) {
            process.get().end();
        }
    }

    private void joinFiller() {
        try {
            if (filler.getState() != Thread.State.NEW && !filler.join(WARM_BOUND)) {
                log.warn("the pool's thread did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill() {
        int failures = 0;
        while (awaitNeed(failures)) {
            try {
                add(warmed());
                failures = 0;
            } catch (RuntimeException e) {
                failures++;
                log.atWarn().addKeyValue("failures", failures).setCause(e).log("no process could be warmed");
            }
        }
    }

    private DenoProcess warmed() {
        var process = start.get();
        try {
            process.warm()
                    .orTimeout(WARM_BOUND.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            return process;
        } catch (RuntimeException e) {
            process.end();
            throw e;
        }
    }

    private void add(DenoProcess process) {
        lock.lock();
        try {
            waiting.add(process);
        } finally {
            lock.unlock();
        }
        var _ = process.exit().thenRun(() -> lost(process));
    }

    /** It may be an actor by now, and then its end is not ours to see to. */
    private void lost(DenoProcess process) {
        lock.lock();
        try {
            if (!waiting.remove(process)) {
                return;
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
        log.warn("a warm process ended while it waited");
        Thread.ofVirtual().start(process::end);
    }

    /** False when there will be no more. */
    private boolean awaitNeed(int failures) {
        lock.lock();
        try {
            while (!closed && waiting.size() >= size) {
                changed.await();
            }
            if (failures == 0) {
                awaitQuiet();
            } else {
                rest(pause(failures));
            }
            return !closed;
        } catch (InterruptedException _) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void awaitQuiet() throws InterruptedException {
        long left = lastAsked + REST.toNanos() - System.nanoTime();
        while (!closed && left > 0) {
            changed.awaitNanos(left);
            left = lastAsked + REST.toNanos() - System.nanoTime();
        }
    }

    /** Caller holds the lock, which others can have meanwhile. */
    private void rest(Duration time) throws InterruptedException {
        long left = time.toNanos();
        while (!closed && left > 0) {
            left = changed.awaitNanos(left);
        }
    }

    private static Duration pause(int failures) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
