package rivet.simulation;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import rivet.agent.supervise.Launcher.Ended;
import rivet.protocol.ActorId;

/** What actors do by themselves: crash, complete, and heed a signal or not. */
final class Life {

    private static final double COMPLETES = 0.1;
    private static final double DEAF = 0.1;

    private final World world;
    private final Set<ActorId> completed = new HashSet<>();

    Life(World world) {
        this.world = world;
    }

    void begin(Copy copy) {
        double rate = world.faults().crash();
        if (rate > 0) {
            double seconds = -Math.log(1 - world.simulator().fraction()) / rate;
            end(copy, (long) (Math.min(seconds, 1e6) * 1e9));
        }
    }

    /** Not in quiet times, and not while it stands still. */
    private void end(Copy copy, long nanos) {
        world.simulator().after(nanos, () -> {
            if (!copy.mainAlive || world.isQuiet()) {
                return;
            }
            if (!copy.acts()) {
                end(copy, Duration.ofMillis(100).toNanos());
                return;
            }
            var completes = world.simulator().chance(COMPLETES);
            if (completes) {
                completed.add(copy.actor);
            }
            copy.host.ended(copy, new Ended(completes ? 0 : 1, null));
        });
    }

    boolean hasCompleted(ActorId actor) {
        return completed.contains(actor);
    }

    boolean heedsTermination(Copy copy) {
        return !world.simulator().chance(DEAF);
    }

    long reaction() {
        return world.simulator().between(Duration.ZERO, Duration.ofMillis(300));
    }
}
