package rivet.simulation;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import rivet.agent.supervise.Launcher.Ended;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorSpec;

/** The processes of one generation of an actor on one host, as they are in truth. */
final class Copy {

    final ActorId actor;
    final long generation;
    final ActorSpec spec;
    final SimulatedHost host;

    /** What the agent in charge waits for; another for each agent. */
    CompletableFuture<Ended> told = new CompletableFuture<>();

    /** Done when the process says that it wants to sleep; another for each agent. */
    CompletableFuture<Void> tired = new CompletableFuture<>();

    /** When a request was let through to it last, or it began. */
    long usedAt;

    @Nullable
    Ended end;

    /** A child that left its parent: where it matters, it lives on until its group is killed. */
    boolean daemonAlive;

    boolean mainAlive = true;
    boolean released;

    Copy(ActorId actor, long generation, ActorSpec spec, SimulatedHost host) {
        this.actor = actor;
        this.generation = generation;
        this.spec = spec;
        this.host = host;
    }

    boolean isAlive() {
        return mainAlive || daemonAlive;
    }

    /** Whether it can do anything, such as write somewhere. */
    boolean acts() {
        return isAlive() && !host.isFrozen();
    }

    @Override
    public String toString() {
        return "%s/%d on %s".formatted(actor.toString().substring(0, 4), generation, host.name());
    }
}
