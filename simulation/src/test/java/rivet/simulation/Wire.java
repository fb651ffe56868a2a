package rivet.simulation;

import java.util.function.Consumer;

/**
 * A socket between an agent and a replica. Frames arrive late and, within one direction, in order; in worlds that have it some
 * come a second time, later than those behind them, which is more than a real socket does, and what an agent has received it may
 * have in hand when the socket has ended, and the next has begun. What is sent while a direction is cut arrives when it is mended;
 * what is under way when the socket ends may still arrive at the other side, any time.
 */
final class Wire {

    private final World world;
    private final SimulatedAgent agent;
    private final SimulatedReplica replica;
    private Consumer<String> atAgent = _ -> {};
    private Consumer<String> atReplica = _ -> {};
    private Runnable agentLeft = () -> {};
    private final Lane up;
    private final Lane down;
    private boolean agentOpen = true;
    private boolean replicaOpen = true;

    Wire(World world, SimulatedAgent agent, SimulatedReplica replica) {
        this.world = world;
        this.agent = agent;
        this.replica = replica;
        this.up = new Lane(world, () -> world.upCut(agent, replica));
        this.down = new Lane(world, () -> world.downCut(agent, replica));
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
        up.in(replicaOpens(frame));
        if (world.again()) {
            up.again(replicaOpens(frame));
        }
    }

    void toAgent(String frame) {
        down.in(agentOpens(frame));
        if (world.again()) {
            down.again(agentOpens(frame));
        }
        if (world.inHand()) {
            world.simulator().after(world.inHandFor(), () -> atAgent.accept(frame));
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

    /** The replica hears of it when the way is free, after what was sent before. */
    void agentCloses() {
        if (!agentOpen) {
            return;
        }
        agentOpen = false;
        up.in(() -> {
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
        down.in(() -> {
            agentOpen = false;
            agent.socketEnded(this);
        });
    }
}
