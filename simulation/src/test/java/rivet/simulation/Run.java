package rivet.simulation;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** One seed from beginning to end. */
final class Run {

    /** So long those that nobody calls fall asleep and are woken, at least. */
    private static final Duration CYCLES = Duration.ofSeconds(15);

    private final SimulatedDatabase database;
    private final UUID environment;
    private final Path folder;
    private final Fiber.Workers workers = new Fiber.Workers();

    Run(SimulatedDatabase database, UUID environment, Path folder) {
        this.database = database;
        this.environment = environment;
        this.folder = folder;
    }

    /**
     * @param wrong what was violated; empty if nothing was
     * @param story the last things that happened
     * @param fingerprint the same where all that happened is the same
     * @param seconds of simulated time
     * @param deeds of the nemesis
     * @param calls of stores
     * @param alarms that were handled
     */
    record Outcome(
            String wrong,
            List<String> story,
            long fingerprint,
            double seconds,
            int deeds,
            StoreHistory.Calls calls,
            int alarms) {

        boolean holds() {
            return wrong.isEmpty();
        }
    }

    Outcome run(long seed, Planted planted) throws SQLException {
        database.empty();
        try (var world = new World(seed, database, environment, folder, planted, workers)) {
            var wrong = "";
            try {
                live(world);
            } catch (IllegalStateException | Violation e) {
                wrong = violation(e);
            }
            var simulator = world.simulator();
            return new Outcome(
                    wrong,
                    simulator.story(),
                    simulator.fingerprint(),
                    simulator.now() / 1e9,
                    world.nemesis().deeds(),
                    world.storeHistory().calls(),
                    world.alarmHistory().handled());
        }
    }

    private static void live(World world) {
        world.warmUp();
        world.storm();
        world.heal();
        settle(world);
    }

    /** As soon as all is as it should be it must stay so, unless actors fall asleep and are woken again and again. */
    private static void settle(World world) {
        var simulator = world.simulator();
        long end = simulator.now() + world.longestRest().toNanos();
        if (!world.isCalled()) {
            simulator.runUntil(simulator.now() + CYCLES.toNanos());
        }
        List<String> unrest;
        do {
            unrest = untilRest(world, end);
            if (unrest.isEmpty()) {
                simulator.runUntil(simulator.now() + Duration.ofSeconds(3).toNanos());
                unrest = world.unrest();
            }
        } while (!unrest.isEmpty() && !world.isCalled() && simulator.now() < end);
        if (!unrest.isEmpty()) {
            throw new Violation("after " + world.longestRest() + " of quiet: " + unrest);
        }
    }

    private static List<String> untilRest(World world, long end) {
        var simulator = world.simulator();
        var unrest = world.unrest();
        while (!unrest.isEmpty() && simulator.now() < end) {
            simulator.runUntil(simulator.now() + Duration.ofSeconds(1).toNanos());
            unrest = world.unrest();
        }
        return unrest;
    }

    private static String violation(Throwable thrown) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof Violation violation) {
                return String.valueOf(violation.getMessage());
            }
        }
        if (thrown instanceof RuntimeException failure) {
            throw failure; // the simulation itself is wrong
        }
        return thrown.toString();
    }
}
