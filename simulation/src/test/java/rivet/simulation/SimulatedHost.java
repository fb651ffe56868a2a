package rivet.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import rivet.agent.supervise.Launcher.Ended;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.AgentId;

/**
 * A machine with its disk, its warden and the processes that the warden holds. The warden does what docs/operate/supervision.md
 * says: it freezes when the lease is over, a little late at worst, and keeps ends until they are released.
 */
final class SimulatedHost {

    private static final int KILL = 9;
    private static final int TERM = 15;
    private static final long ORPHAN_LIMIT = Duration.ofSeconds(60).toNanos();

    private final World world;
    private final AgentId id;
    private final String name;
    private final Path folder;
    private final Program.Clock clock;
    private final List<Copy> copies = new ArrayList<>();

    /** Gone, but another process has the pid. */
    private final List<Copy> pidsTaken = new ArrayList<>();

    private @Nullable Program warden;
    private @Nullable SimulatedAgent agent;
    private boolean frozen;
    private long deadline = Long.MAX_VALUE;
    private long leases;
    private long sessions;

    SimulatedHost(World world, AgentId id, String name, Path folder, Program.Clock clock) {
        this.world = world;
        this.id = id;
        this.name = name;
        this.folder = folder;
        this.clock = clock;
    }

    AgentId id() {
        return id;
    }

    String name() {
        return name;
    }

    Path folder() {
        return folder;
    }

    Program.Clock clock() {
        return clock;
    }

    @Nullable
    SimulatedAgent agent() {
        return agent;
    }

    boolean isFrozen() {
        return frozen && world.canFreeze();
    }

    /** All that may be alive, or whose end is kept. */
    List<Copy> copies() {
        return copies;
    }

    void loseJournal() {
        try {
            Files.deleteIfExists(folder.resolve("journal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a new agent finds of its predecessor's. */
    List<Copy> found() {
        var found = new ArrayList<>(copies);
        if (world.planted() == Planted.PID_ONLY_ADOPTION) {
            pidsTaken.forEach(copy -> copy.end = null); // the process that has the pid has not ended
            found.addAll(pidsTaken);
        }
        pidsTaken.clear();
        return found.stream().filter(copy -> !copy.released).toList();
    }

    void startAgent() {
        if (agent == null || !agent.program().isAlive()) {
            var program = new Program(world.simulator(), name, clock);
            agent = new SimulatedAgent(world, this, program);
            sessions++;
            program.start("start", agent::run);
        }
    }

    /** The agent's process is gone; its warden notices. */
    void killAgent() {
        if (agent == null || !agent.program().isAlive()) {
            return;
        }
        world.simulator().tell(name, "the agent is killed");
        agent.kill();
        long mine = ++sessions;
        world.simulator().after(clock.trueNanos(ORPHAN_LIMIT), () -> {
            if (sessions == mine) {
                world.simulator().tell(name, "the warden ends all, no agent came");
                killWarden();
            }
        });
    }

    /** All that it had started dies with it. */
    void killWarden() {
        if (warden != null) {
            world.simulator().tell(name, "the warden is gone");
            warden.kill();
            warden = null;
            frozen = false;
            deadline = Long.MAX_VALUE;
            for (var copy : List.copyOf(copies)) {
                copy.daemonAlive = false;
                ended(copy, new Ended(null, KILL));
            }
            pidsTaken.addAll(copies);
            copies.clear();
        }
    }

    void crash() {
        killAgent();
        sessions++;
        killWarden();
    }

    /** @param until on the host's clock */
    void lease(long until) {
        deadline = until;
        long mine = ++leases;
        if (warden == null) {
            return;
        }
        if (frozen && clock.at(world.simulator().now()) < until) {
            frozen = false;
            copies.stream().filter(Copy::isAlive).forEach(copy -> world.acts(copy));
        }
        freezeAt(until, mine);
    }

    /** Late by no more than the settings allow for, and seldom by so much. */
    private void freezeAt(long until, long mine) {
        long late = world.freezeTakes();
        warden().after(until - clock.at(world.simulator().now()) + late, () -> {
            if (leases == mine && world.planted() != Planted.WARDEN_OFF) {
                frozen = true;
            }
        });
    }

    /** The agent that holds the lease tells it to a warden that is new. */
    private Program warden() {
        if (warden == null) {
            warden = new Program(world.simulator(), name + " warden", clock);
            if (deadline != Long.MAX_VALUE) {
                freezeAt(deadline, leases);
            }
        }
        return warden;
    }

    /** @return null if it starts nothing, its lease being over */
    @Nullable
    Copy spawn(Order order, long leaseUntil) {
        if (warden == null) {
            deadline = leaseUntil;
            leases++;
        }
        var _ = warden();
        if (frozen) {
            return null;
        }
        var copy = new Copy(order.actor(), order.generation(), order.spec(), this);
        copy.daemonAlive = world.planted() == Planted.KILL_BY_DESCENDANTS;
        copy.usedAt = world.simulator().now();
        copies.add(copy);
        world.simulator().tell(name, "runs " + copy);
        world.oracle().begins(copy);
        world.acts(copy);
        world.life().begin(copy);
        if (world.hasStores()) {
            world.storeUse().begin(copy);
            world.alarmUse().begin(copy);
        }
        return copy;
    }

    /** The main process ends by itself, or by a signal. */
    void ended(Copy copy, Ended end) {
        if (!copy.mainAlive) {
            return;
        }
        copy.mainAlive = false;
        copy.end = end;
        world.simulator().tell(name, "ends " + copy + " " + end);
        tellEnd(copy);
    }

    private void tellEnd(Copy copy) {
        var current = agent;
        var end = copy.end;
        if (current != null && end != null) {
            var told = copy.told;
            current.program().after(world.local(), () -> told.complete(end));
        }
    }

    /** An agent takes it over from one that is gone. */
    CompletableFuture<Ended> adopted(Copy copy) {
        copy.told = new CompletableFuture<>();
        copy.tired = new CompletableFuture<>();
        tellEnd(copy);
        return copy.told;
    }

    void terminate(Copy copy, Duration grace) {
        if (world.life().heedsTermination(copy)) {
            react(copy, world.life().reaction());
        }
        if (warden != null) {
            warden.after(grace.toNanos() + world.exit(), () -> kill(copy));
        }
    }

    /** A frozen process does nothing about a signal until it is thawed. */
    private void react(Copy copy, long nanos) {
        world.simulator().after(nanos, () -> {
            if (isFrozen() && copy.mainAlive) {
                react(copy, nanos + 1_000_000);
            } else {
                ended(copy, new Ended(null, TERM));
            }
        });
    }

    /** The whole tree; only in one of the planted faults does some of it escape. */
    void kill(Copy copy) {
        if (world.planted() != Planted.KILL_BY_DESCENDANTS) {
            copy.daemonAlive = false;
        }
        ended(copy, new Ended(null, KILL));
        var end = copy.end;
        if (end != null) {
            copy.told.complete(end);
        }
    }

    void release(Copy copy) {
        copy.released = true;
        if (!copy.isAlive()) {
            copies.remove(copy);
        }
    }
}
