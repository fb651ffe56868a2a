package rivet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Does harm, of the kinds that its world has, until the storm is over. */
final class Nemesis {

    private static final Duration SHORTEST = Duration.ofMillis(300);

    private final World world;
    private final Faults faults;
    private int deeds;

    Nemesis(World world, Faults faults) {
        this.world = world;
        this.faults = faults;
    }

    int deeds() {
        return deeds;
    }

    void begin() {
        next();
    }

    private void next() {
        long wait = (long) (2 * world.simulator().fraction() * faults.every().toNanos());
        world.simulator().after(wait, () -> {
            if (!world.isQuiet()) {
                act();
                next();
            }
        });
    }

    private void act() {
        var possible = possible();
        if (!possible.isEmpty()) {
            deeds++;
            world.simulator().oneOf(possible).run();
        }
    }

    private List<Runnable> possible() {
        var host = world.anyHost();
        var replica = world.anyReplica();
        var deeds = new ArrayList<Runnable>();
        add(deeds, faults.agentKill(), () -> {
            host.killAgent();
            agentComesBack(host);
        });
        add(deeds, faults.agentPause(), () -> pauseAgent(host));
        add(deeds, faults.wardenKill(), host::killWarden);
        add(deeds, faults.hostLoss(), () -> {
            host.crash();
            agentComesBack(host);
        });
        add(deeds, faults.replicaKill(), () -> {
            replica.kill();
            world.simulator().after(awhile(), () -> world.startReplica(replica.number()));
        });
        add(deeds, faults.replicaPause(), () -> pause(replica));
        add(deeds, faults.partition(), () -> world.cut(host, true, true, cutOff()));
        add(deeds, faults.oneWay(), () -> {
            var up = world.simulator().chance(0.5);
            world.cut(host, up, !up, awhile());
        });
        add(deeds, faults.databaseAway(), () -> world.databaseAway(awhile()));
        add(deeds, faults.databaseCut(), () -> {
            replica.cutFromDatabase(true);
            world.simulator().after(awhile(), () -> replica.cutFromDatabase(false));
        });
        add(deeds, faults.island(), () -> world.isolate(host, replica, untilGivenUp()));
        add(deeds, faults.clockJump(), world::jumpClock);
        add(deeds, faults.drain(), () -> world.clients().drain(host, awhile()));
        return deeds;
    }

    private static void add(List<Runnable> deeds, boolean there, Runnable deed) {
        if (there) {
            deeds.add(deed);
        }
    }

    void agentComesBack(SimulatedHost host) {
        world.simulator().after(awhile(), host::startAgent);
    }

    private void pauseAgent(SimulatedHost host) {
        var agent = host.agent();
        if (agent != null && agent.program().isAlive()) {
            long nanos = awhile();
            world.simulator().tell(host.name(), "the agent is paused for %.1f s".formatted(nanos / 1e9));
            agent.program().pause(nanos);
        }
    }

    void pause(SimulatedReplica replica) {
        long nanos = awhile();
        world.simulator().tell(replica.program().name(), "is paused for %.1f s".formatted(nanos / 1e9));
        replica.program().pause(nanos);
    }

    /** What runs on meanwhile shows only when another has taken its place, and has had time to act. */
    private long cutOff() {
        return world.canFreeze() ? awhile() : Math.min(2 * untilGivenUp(), Math.max(0, world.stormLeft()));
    }

    /** Long enough that those who are left give an agent up. */
    private long untilGivenUp() {
        var lost = world.times().agents().replaceAfter();
        return Math.max(0, Math.min(world.simulator().between(lost, lost.multipliedBy(3)), world.stormLeft()));
    }

    /** Either short, or about as long as it takes until an agent is given up; never beyond the storm. */
    long awhile() {
        var lost = world.times().agents().replaceAfter();
        long nanos = world.simulator().chance(0.5)
                ? world.simulator().between(SHORTEST, lost)
                : world.simulator().between(lost, lost.multipliedBy(2));
        return Math.max(0, Math.min(nanos, world.stormLeft()));
    }
}
