package rivet.simulation;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A piece of blocking code of one program. It runs on a thread of its own, but only while the simulation waits for it: until
 * it sleeps, or ends.
 */
final class Fiber {

    private static final ThreadLocal<@Nullable Fiber> CURRENT = new ThreadLocal<>();

    private final Simulator simulator;
    private final Program program;
    private final String name;
    private final Runnable body;
    private final Semaphore back = new Semaphore(0);
    private @Nullable Worker worker;
    private @Nullable Throwable failure;
    private boolean ended;
    private boolean killed;
    private boolean asleep;
    private long nap;

    private Fiber(Simulator simulator, Program program, String name, Runnable body) {
        this.simulator = simulator;
        this.program = program;
        this.name = name;
        this.body = body;
    }

    /** Ends the code of a program that was killed, wherever it is. */
    static final class Killed extends Error {

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** Begins soon, at this instant of the simulation. */
    static Fiber start(Simulator simulator, Program program, String name, Runnable body) {
        var fiber = new Fiber(simulator, program, name, body);
        program.add(fiber);
        simulator.after(0, () -> fiber.wake(fiber.nap));
        return fiber;
    }

    static @Nullable Fiber current() {
        return CURRENT.get();
    }

    /** For so long of true time, or until it is woken; longer where its program is paused. */
    void sleep(long nanos) {
        requireAlive();
        asleep = true;
        long mine = ++nap;
        simulator.after(nanos, () -> wake(mine));
        giveWay();
    }

    /** Ends the sleep it is in, if it is in one, at this instant. */
    void wake() {
        if (asleep) {
            long mine = nap;
            simulator.after(0, () -> wake(mine));
        }
    }

    /** Throws {@link Killed} where it is. Not to be called by itself. */
    void kill() {
        killed = true;
        if (!ended) {
            resume();
        }
    }

    /** Where its program was killed by its own doing. */
    void requireAlive() {
        if (killed || !program.isAlive()) {
            throw new Killed();
        }
    }

    private void wake(long napMeant) {
        if (ended || killed || nap != napMeant) {
            return;
        }
        long pause = program.pauseLeft();
        if (pause > 0) {
            simulator.after(pause, () -> wake(napMeant));
            return;
        }
        resume();
    }

    private void resume() {
        asleep = false;
        nap++;
        if (worker == null) {
            if (killed) {
                ended = true;
                program.remove(this);
                return;
            }
            worker = simulator.workers().take();
            worker.fiber = this;
        }
        worker.go.release();
        back.acquireUninterruptibly();
        if (ended) {
            program.remove(this);
            simulator.workers().give(Objects.requireNonNull(worker));
            worker = null;
            if (failure != null) {
                throw new IllegalStateException("a fiber failed: " + name, failure);
            }
        }
    }

    private void giveWay() {
        back.release();
        Objects.requireNonNull(worker).go.acquireUninterruptibly();
        requireAlive();
    }

    private void run() {
        CURRENT.set(this);
        try {
            requireAlive();
            body.run();
        } catch (Killed _) {
            // That is how a program ends that is killed.
        } catch (Throwable e) {
            failure = e;
        } finally {
            CURRENT.remove();
            ended = true;
            back.release();
        }
    }

    /** Threads that are used again and again. */
    static final class Workers {

        private final ArrayDeque<Worker> idle = new ArrayDeque<>();

        private Worker take() {
            var worker = idle.poll();
            return worker == null ? new Worker() : worker;
        }

        private void give(Worker worker) {
            idle.add(worker);
        }
    }

    private static final class Worker {

        private final Semaphore go = new Semaphore(0);
        private @Nullable Fiber fiber;

        Worker() {
            Thread.ofPlatform().daemon().name("fiber").start(this::work);
        }

        private void work() {
            while (true) {
                go.acquireUninterruptibly();
                Objects.requireNonNull(fiber).run();
            }
        }
    }
}
