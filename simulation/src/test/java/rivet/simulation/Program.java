package rivet.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/** One run of a program on a machine, from its start until it is killed, with the machine's clock. */
final class Program {

    private final Simulator simulator;
    private final String name;
    private final Clock clock;
    private final Set<Fiber> fibers = new LinkedHashSet<>();
    private boolean alive = true;
    private long pausedUntil;

    Program(Simulator simulator, String name, Clock clock) {
        this.simulator = simulator;
        this.name = name;
        this.clock = clock;
    }

    /** Monotonic. @param rate how fast it runs, near 1 @param offset where it began */
    record Clock(double rate, long offset) {

        long at(long trueNanos) {
            return offset + (long) (trueNanos * rate);
        }

        /** How long it takes in truth until so much has passed on this clock. */
        long trueNanos(long nanos) {
            return (long) Math.ceil(nanos / rate);
        }
    }

    String name() {
        return name;
    }

    boolean isAlive() {
        return alive;
    }

    long nanos() {
        return clock.at(simulator.now());
    }

    Clock clock() {
        return clock;
    }

    Fiber start(String what, Runnable body) {
        return Fiber.start(simulator, this, name + " " + what, body);
    }

    /** Happens unless the program is killed before, and not while it is paused. @param nanos of its own clock */
    void after(long nanos, Runnable action) {
        simulator.after(clock.trueNanos(nanos), () -> whenRunning(action));
    }

    private void whenRunning(Runnable action) {
        if (!alive) {
            return;
        }
        if (pauseLeft() > 0) {
            simulator.after(pauseLeft(), () -> whenRunning(action));
        } else {
            action.run();
        }
    }

    /** Of its own clock; for one of its fibers. */
    void sleep(long nanos) {
        fiber().sleep(clock.trueNanos(Math.max(0, nanos)));
    }

    /** The one that runs now. */
    Fiber fiber() {
        var fiber = Fiber.current();
        if (fiber == null) {
            throw new IllegalStateException("only a fiber can wait");
        }
        return fiber;
    }

    void pause(long trueNanos) {
        pausedUntil = Math.max(pausedUntil, simulator.now() + trueNanos);
    }

    boolean isPaused() {
        return pauseLeft() > 0;
    }

    long pauseLeft() {
        return Math.max(0, pausedUntil - simulator.now());
    }

    /** Nothing of it happens any more. */
    void kill() {
        if (!alive) {
            return;
        }
        alive = false;
        var self = Fiber.current();
        for (var fiber : new ArrayList<>(fibers)) {
            if (!fiber.equals(self)) {
                fiber.kill();
            }
        }
    }

    void add(Fiber fiber) {
        fibers.add(fiber);
    }

    void remove(Fiber fiber) {
        fibers.remove(fiber);
    }
}
