package rivet.agent.supervise;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** What the simulation builds of this room. */
public final class SuperviseDoor {

    private static final int JOURNAL_BYTES = 16 * 1024;

    private SuperviseDoor() {}

    /** The simulation's threads and clock. */
    public interface Fibers {

        /** Of the one that asks. */
        Runnable waker();

        /** Returns when its waker was run, or after so long. */
        void sleep(long nanos);
    }

    public static Journal journal(Path folder) {
        return new Journal(folder, JOURNAL_BYTES);
    }

    public static Supervisor supervisor(
            Launcher launcher,
            Journal journal,
            BooleanSupplier lease,
            Supervisor.Traffic traffic,
            Supervisor.Listener listener,
            LongSupplier clock,
            BiConsumer<String, Runnable> starter,
            Fibers fibers) {
        return new Supervisor(
                new Supervisor.Settings(Duration.ofSeconds(30), Duration.ofSeconds(5), 2),
                new Supervisor.Parts(
                        launcher, journal, new LocalPorts(new LocalPorts.Range(26_000, 26_999), 0), lease, traffic),
                new Simulated(clock, starter, fibers),
                listener,
                _ -> {});
    }

    private record Simulated(LongSupplier clock, BiConsumer<String, Runnable> starter, Fibers fibers) implements Pace {

        @Override
        public long nanos() {
            return clock.getAsLong();
        }

        @Override
        public void start(String name, Runnable life) {
            starter.accept(name, life);
        }

        @Override
        public Turns turns() {
            return new SimulatedTurns(clock, fibers);
        }
    }

    private static final class SimulatedTurns extends Turns {

        private final LongSupplier clock;
        private final Fibers fibers;
        private Runnable waker = () -> {};

        SimulatedTurns(LongSupplier clock, Fibers fibers) {
            this.clock = clock;
            this.fibers = fibers;
        }

        @Override
        void await(int seen, long untilNanos) {
            waker = fibers.waker();
            while (changes() == seen && untilNanos - clock.getAsLong() > 0) {
                fibers.sleep(untilNanos - clock.getAsLong());
            }
            waker = () -> {};
        }

        @Override
        void stop(StopOrder order) {
            super.stop(order);
            waker.run();
        }

        @Override
        void ended(Launcher.Ended end) {
            super.ended(end);
            waker.run();
        }

        @Override
        void nudge() {
            super.nudge();
            waker.run();
        }
    }
}
