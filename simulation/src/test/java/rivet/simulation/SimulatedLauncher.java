package rivet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import rivet.agent.supervise.Launcher;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToControlPlane.LogLine;

/** The seam behind which processes are made: here they are only told of, and each step may be an agent's last. */
final class SimulatedLauncher implements Launcher {

    private final World world;
    private final SimulatedHost host;
    private final SimulatedAgent agent;

    SimulatedLauncher(World world, SimulatedHost host, SimulatedAgent agent) {
        this.world = world;
        this.host = host;
        this.agent = agent;
    }

    @Override
    public CompletableFuture<Prepared> prepare(ActorSpec spec) {
        var prepared = new CompletableFuture<Prepared>();
        agent.program().after(world.local() * 4, () -> {
            if (world.spawnFails()) {
                prepared.completeExceptionally(
                        new LaunchFailed(DownReason.BUILD_UNAVAILABLE, "the build could not be had", null));
            } else {
                prepared.complete(new Ready());
            }
        });
        return prepared;
    }

    @Override
    public List<Survivor> survivors() {
        var survivors = new ArrayList<Survivor>();
        host.found().forEach(copy -> survivors.add(new Left(copy)));
        return survivors;
    }

    private final class Ready implements Prepared {

        @Override
        public Process launch(Order order) {
            agent.boundary();
            agent.program().sleep(world.local());
            if (world.spawnFails()) {
                throw new LaunchFailed(DownReason.SPAWN_FAILED, "the process could not be started", null);
            }
            var copy = host.spawn(order, agent.leaseDeadline());
            if (copy == null) {
                throw new LaunchFailed(DownReason.SPAWN_FAILED, "the warden starts nothing, the lease is over", null);
            }
            if (world.hasStores()) {
                agent.openStore(copy);
            }
            agent.boundary();
            return new Held(copy, copy.told);
        }

        @Override
        public void close() {}
    }

    private final class Left implements Survivor {

        private final Copy copy;

        Left(Copy copy) {
            this.copy = copy;
        }

        @Override
        public ActorId actor() {
            return copy.actor;
        }

        @Override
        public long generation() {
            return copy.generation;
        }

        @Override
        public ActorSpec spec() {
            return copy.spec;
        }

        @Override
        public Map<String, Integer> ports() {
            return Map.of();
        }

        @Override
        public Process adopt(Consumer<LogLine> output) {
            if (world.hasStores()) {
                agent.reopenStore(copy);
            }
            return new Held(copy, host.adopted(copy));
        }

        @Override
        public void end() {
            host.kill(copy);
            host.release(copy);
        }
    }

    private final class Held implements Process {

        private final Copy copy;
        private final CompletableFuture<Ended> ended;
        private final CompletableFuture<Void> tired;

        Held(Copy copy, CompletableFuture<Ended> ended) {
            this.copy = copy;
            this.ended = ended;
            this.tired = copy.tired;
        }

        @Override
        public CompletableFuture<Ended> ended() {
            return ended;
        }

        @Override
        public void terminate(Duration grace) {
            agent.boundary();
            host.terminate(copy, grace);
            agent.boundary();
        }

        @Override
        public CompletableFuture<Void> sleep() {
            return tired;
        }

        @Override
        public boolean handlesAlarm() {
            var store = agent.store(copy);
            return store != null && store.handlesAlarm();
        }

        /** An agent that is killed in the middle of things kills nobody on its way out. */
        @Override
        public void killAll() {
            if (agent.program().isAlive()) {
                agent.boundary();
                agent.program().sleep(world.exit());
                host.kill(copy);
                ended.complete(copy.end == null ? new Ended(null, 9) : copy.end);
                agent.boundary();
            }
        }

        @Override
        public boolean ranOutOfMemory() {
            return false;
        }

        @Override
        public void close() {
            if (agent.program().isAlive()) {
                agent.boundary();
                agent.closeStore(copy);
                host.release(copy);
            }
        }
    }
}
