package rivet.simulation;

import java.time.Duration;
import java.util.Random;

/**
 * Which faults there are in one world at all, and how often: drawn from the seed, so that each world has a character of its own
 * and rare combinations are not drowned by frequent ones.
 *
 * @param every time between two of the nemesis's deeds, on average
 * @param lostHeartbeats share of requests and of answers
 * @param slowWire the longest delay of a frame
 * @param twice share of frames that come again, out of order
 * @param commitFault share of transactions with one
 * @param dieAtBoundary share of an agent's steps at which it is killed
 * @param pauseAtBoundary share of a replica's steps at which it is paused, where replicas are
 * @param slowDatabase the longest wait for a connection
 * @param slowExit the longest time from the kill of a process to its end
 * @param crash how many times a second an actor crashes
 * @param goneForGood whether one machine does not come back when the storm is over
 */
record Faults(
        Duration every,
        double lostHeartbeats,
        Duration slowWire,
        double twice,
        double commitFault,
        double dieAtBoundary,
        double pauseAtBoundary,
        Duration slowDatabase,
        Duration slowExit,
        double crash,
        double spawnFails,
        boolean agentKill,
        boolean agentPause,
        boolean wardenKill,
        boolean hostLoss,
        boolean replicaKill,
        boolean replicaPause,
        boolean partition,
        boolean oneWay,
        boolean databaseAway,
        boolean databaseCut,
        boolean island,
        boolean clockJump,
        boolean drain,
        boolean goneForGood) {

    static final Faults NONE = new Faults(
            Duration.ofDays(1),
            0,
            Duration.ofMillis(5),
            0,
            0,
            0,
            0,
            Duration.ZERO,
            Duration.ofMillis(20),
            0,
            0,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            false);

    /** Each kind is there in about half of the worlds. */
    static Faults drawn(Random random) {
        return new Faults(
                Duration.ofMillis(200 + random.nextInt(1800)),
                random.nextBoolean() ? random.nextDouble() * 0.4 : 0,
                Duration.ofMillis(random.nextBoolean() ? 20 : 100 + random.nextInt(2000)),
                random.nextBoolean() ? random.nextDouble() * 0.3 : 0,
                random.nextBoolean() ? random.nextDouble() * 0.2 : 0,
                random.nextBoolean() ? random.nextDouble() * 0.05 : 0,
                random.nextBoolean() ? random.nextDouble() * 0.01 : 0,
                Duration.ofMillis(random.nextBoolean() ? 0 : random.nextInt(300)),
                Duration.ofMillis(random.nextBoolean() ? 20 : 100 + random.nextInt(1500)),
                random.nextBoolean() ? random.nextDouble() * 0.2 : 0,
                random.nextBoolean() ? random.nextDouble() * 0.2 : 0,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(4) == 0,
                random.nextInt(4) == 0,
                random.nextInt(3) == 0,
                random.nextBoolean(),
                random.nextInt(4) > 0,
                random.nextBoolean(),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0,
                random.nextInt(3) == 0,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(4) == 0);
    }
}
