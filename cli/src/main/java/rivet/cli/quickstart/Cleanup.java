package rivet.cli.quickstart;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is to be undone, last first, at the latest when this program ends; also when ctrl-C ends it. */
final class Cleanup implements AutoCloseable {

    /** For what is to stay. */
    static final Cleanup NONE = new Cleanup(false, _ -> {});

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final boolean wanted;
    private final Consumer<String> warn;
    private final Thread atExit = new Thread(this::runQuietly, "quickstart-cleanup");

    Cleanup(Consumer<String> warn) {
        this(true, warn);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    private Cleanup(boolean wanted, Consumer<String> warn) {
        this.wanted = wanted;
        this.warn = warn;
    }

    void add(Runnable step) {
        lock.lock();
        try {
            if (wanted) {
                steps.push(step);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Does every step, whatever becomes of the others, and throws what the first one threw that failed. */
    void run() {
        lock.lock();
        try {
            RuntimeException failure = null;
            while (!steps.isEmpty()) {
                failure = runOne(steps.pop(), failure);
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        runQuietly();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // the program is ending, and the hook is what runs
        }
    }

    /** What led here is already being told. */
    private void runQuietly() {
        try {
            run();
        } catch (RuntimeException e) {
            warn.accept("could not clean up: " + e.getMessage());
        }
    }

    private static @Nullable RuntimeException runOne(Runnable step, @Nullable RuntimeException earlier) {
        try {
            step.run();
            return earlier;
        } catch (RuntimeException e) {
            return earlier == null ? e : earlier;
        }
    }
}
