package rivet.simulation;

import java.util.function.Consumer;

/**
 * A socket between an agent and a replica. Frames arrive late and, within one direction, in order; in worlds that have it some
 * come a second time, later than those behind them, which is more than a real socket does. What is sent while a direction is cut
 * arrives when it is mended; what is under way when the socket ends may still arrive at the other side, any time.
 */
final class Wire {

    private final World world;
    private final SimulatedAgent agent;
    private final SimulatedReplica replica;
    private Consumer<String> atAgent = _ -> {};
    private Consumer<String> atReplica = _ -> {};
    private Runnable agentLeft = () -> {};
    private long toAgentLast;
    private long toReplicaLast;
    private boolean agentOpen = true;
    private boolean replicaOpen = true;

    Wire(World world, SimulatedAgent agent, SimulatedReplica replica) {
        this.world = world;
        this.agent = agent;
        this.replica = replica;
    }

    void onAgent(Consumer<String> frames) {
        atAgent = frames;
    }

    void onReplica(Consumer<String> frames, Runnable left) {
        atReplica = frames;
        agentLeft = left;
    }

    SimulatedReplica replica() {
        return replica;
    }

    boolean agentOpen() {
        return agentOpen;
    }

    boolean replicaOpen() {
        return replicaOpen;
    }

    void toReplica(String frame) {
        long arrives = Math.max(toReplicaLast, world.simulator().now() + world.delay());
        toReplicaLast = arrives;
        arrive(arrives, () -> world.upCut(agent, replica), replicaOpens(frame));
        if (world.again()) {
            arrive(arrives + world.delay(), () -> world.upCut(agent, replica), replicaOpens(frame));
        }
    }

    void toAgent(String frame) {
        long arrives = Math.max(toAgentLast, world.simulator().now() + world.delay());
        toAgentLast = arrives;
        arrive(arrives, () -> world.downCut(agent, replica), agentOpens(frame));
        if (world.again()) {
            arrive(arrives + world.delay(), () -> world.downCut(agent, replica), agentOpens(frame));
        }
    }

    private Runnable replicaOpens(String frame) {
        return () -> {
            if (replicaOpen) {
                atReplica.accept(frame);
            }
        };
    }

    private Runnable agentOpens(String frame) {
        return () -> {
            if (agentOpen) {
                atAgent.accept(frame);
            }
        };
    }

    private void arrive(long at, Cut cut, Runnable arrival) {
        world.simulator().after(at - world.simulator().now(), () -> {
            if (cut.isCut()) {
                arrive(world.simulator().now() + 50_000_000, cut, arrival);
            } else {
                arrival.run();
            }
        });
    }

    /** The replica hears of it when the way is free, after what was sent before. */
    void agentCloses() {
        if (!agentOpen) {
            return;
        }
        agentOpen = false;
        arrive(
                Math.max(toReplicaLast, world.simulator().now() + world.delay()),
                () -> world.upCut(agent, replica),
                () -> {
                    if (replicaOpen) {
                        replicaOpen = false;
                        agentLeft.run();
                    }
                });
    }

    /** Likewise the agent. */
    void replicaCloses() {
        if (!replicaOpen) {
            return;
        }
        replicaOpen = false;
        long at = Math.max(toAgentLast, world.simulator().now() + world.delay());
        arrive(at, () -> world.downCut(agent, replica), () -> {
            agentOpen = false;
            agent.socketEnded(this);
        });
    }

    private interface Cut {
        boolean isCut();
    }
}
