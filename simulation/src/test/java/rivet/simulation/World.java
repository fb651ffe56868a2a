package rivet.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.agent.Reservation;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;

/** All there is in one run: machines and programs, the database, the wires between them, and whoever does harm. */
final class World implements AutoCloseable {

    /** Of each agent: one alone has room for nearly all actors there are. */
    static final Reservation CAPACITY = new Reservation(4000, 4096);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration REST = Duration.ofSeconds(60);

    private final Simulator simulator;
    private final SimulatedDatabase database;
    private final Planted planted;
    private final Mutations mutations;
    private final Times times;
    private final Oracle oracle = new Oracle(this);
    private final Life life = new Life(this);
    private final StoreHistory storeHistory = new StoreHistory(this);
    private final StoreUse storeUse = new StoreUse(this, storeHistory);
    private final AlarmHistory alarmHistory = new AlarmHistory(this);
    private final AlarmUse alarmUse = new AlarmUse(this, alarmHistory);

    /** Of what must change nothing, and so is drawn apart: all else is the same with and without it. */
    private final Random late;

    private final boolean canFreeze;
    private final boolean called;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<SimulatedReplica> replicas = new ArrayList<>();
    private final Map<String, long[]> cuts = new HashMap<>();
    private final Clients clients;
    private final Nemesis nemesis;
    private final Faults drawn;
    private Faults faults = Faults.NONE;
    private long stormEnd;
    private long quietSince;
    private long clockOffset;
    private long databaseBackAt;
    private boolean quiet;

    World(
            long seed,
            SimulatedDatabase database,
            UUID environment,
            Path folder,
            Planted planted,
            Fiber.Workers workers) {
        var random = new Random(seed * 31 + 7);
        this.simulator = new Simulator(seed, workers);
        this.database = database;
        this.planted = planted;
        this.mutations = new Mutations(database, planted);
        this.times = random.nextInt(5) == 0 ? Times.DEFAULT : Times.SHORT;
        this.drawn = Faults.drawn(random);
        var more = new Random(seed * 0x9E3779B97F4A7C15L); // what small seeds draw first is nearly the same
        this.late = new Random(~seed * 0x9E3779B97F4A7C15L);
        this.canFreeze = !hasStores() || more.nextBoolean();
        this.called = !hasStores() || more.nextBoolean();
        this.nemesis = new Nemesis(this, drawn);
        this.clients = new Clients(this, environment);
        int agents = 2 + random.nextInt(3);
        for (int i = 0; i < agents; i++) {
            hosts.add(host(i, folder));
        }
        int all = 1 + random.nextInt(3);
        for (int i = 0; i < all; i++) {
            replicas.add(replica(i));
        }
    }

    private SimulatedHost host(int number, Path folder) {
        try {
            var own = Files.createDirectories(folder.resolve("agent-" + number));
            Files.deleteIfExists(own.resolve("journal"));
            var id = new AgentId(simulator.uuid());
            return new SimulatedHost(this, id, "agent-" + number, own, clock());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SimulatedReplica replica(int number) {
        return new SimulatedReplica(this, number, new Program(simulator, "replica-" + number, clock()));
    }

    /** Within what the settings allow for. */
    private Program.Clock clock() {
        return new Program.Clock(1 + (simulator.fraction() - 0.5) * 0.006, simulator.below(1_000_000_000));
    }

    Simulator simulator() {
        return simulator;
    }

    SimulatedDatabase database() {
        return database;
    }

    Planted planted() {
        return planted;
    }

    Times times() {
        return times;
    }

    Oracle oracle() {
        return oracle;
    }

    Life life() {
        return life;
    }

    Faults faults() {
        return faults;
    }

    Nemesis nemesis() {
        return nemesis;
    }

    Clients clients() {
        return clients;
    }

    List<SimulatedHost> hosts() {
        return hosts;
    }

    /** Whether the storm is over, for good. */
    boolean isQuiet() {
        return quiet;
    }

    long quietSince() {
        return quietSince;
    }

    /** Whether actors use their stores. */
    boolean hasStores() {
        return planted.hasStores();
    }

    /** Whether processes can be made stand still; where not, a copy that is left behind goes on, and only its agent hinders it. */
    boolean canFreeze() {
        return canFreeze;
    }

    /** Whether anybody calls actors when the storm is over. */
    boolean isCalled() {
        return called;
    }

    AlarmUse alarmUse() {
        return alarmUse;
    }

    AlarmHistory alarmHistory() {
        return alarmHistory;
    }

    StoreUse storeUse() {
        return storeUse;
    }

    StoreHistory storeHistory() {
        return storeHistory;
    }

    long stormLeft() {
        return stormEnd - simulator.now();
    }

    List<Copy> copies() {
        return hosts.stream().flatMap(host -> host.copies().stream()).toList();
    }

    /** Those that would answer a request now. */
    List<Copy> answering(ActorId actor) {
        return copies().stream()
                .filter(copy -> copy.actor.equals(actor) && copy.acts())
                .filter(copy -> {
                    var agent = copy.host.agent();
                    return agent != null && agent.serves(copy);
                })
                .toList();
    }

    SimulatedHost anyHost() {
        return simulator.oneOf(hosts);
    }

    List<SimulatedReplica> replicas() {
        return replicas;
    }

    SimulatedReplica anyReplica() {
        return simulator.oneOf(replicas);
    }

    void startReplica(int number) {
        if (!replicas.get(number).program().isAlive()) {
            replicas.set(number, replica(number));
        }
    }

    /** Everything comes up and some actors are made. */
    void warmUp() {
        hosts.forEach(SimulatedHost::startAgent);
        clients.call();
        simulator.runUntil(Duration.ofSeconds(3).toNanos());
        int first = 2 + simulator.below(4);
        for (int i = 0; i < first; i++) {
            clients.wish();
        }
        simulator.runUntil(simulator.now() + Duration.ofSeconds(3).toNanos());
    }

    void storm() {
        // Where a copy goes on that is left behind, there is time for another to take its place, and to write.
        stormEnd =
                simulator.now() + times.storm().multipliedBy(canFreeze ? 1 : 2).toNanos();
        faults = drawn;
        nemesis.begin();
        while (simulator.now() < stormEnd) {
            if (clients.wishes().size() < 12 && simulator.chance(0.3)) {
                clients.wish();
            }
            simulator.runUntil(
                    Math.min(stormEnd, simulator.now() + Duration.ofSeconds(2).toNanos()));
        }
    }

    void heal() {
        simulator.tell("world", "the storm is over");
        quiet = true;
        quietSince = simulator.now();
        faults = Faults.NONE;
        cuts.clear();
        databaseBackAt = 0;
        replicas.forEach(replica -> replica.cutFromDatabase(false));
        for (int i = 0; i < replicas.size(); i++) {
            startReplica(i);
        }
        if (drawn.goneForGood()) {
            hosts.removeLast().crash();
        }
        hosts.forEach(SimulatedHost::startAgent);
        hosts.forEach(clients::lastlyUncordon);
    }

    // What the faults of this world do at one place or another.

    long delay() {
        return simulator.between(Duration.ofMillis(1), faults.slowWire());
    }

    boolean again() {
        return simulator.chance(faults.twice());
    }

    /** Of a frame that comes again. */
    long delayOfSecond() {
        return simulator.chance(0.3)
                ? simulator.between(Duration.ZERO, times.agents().replaceAfter())
                : delay();
    }

    /** Whether a frame is handled once more, by a thread of the agent that is slow. */
    boolean inHand() {
        return faults.twice() > 0 && late.nextBoolean();
    }

    /** Long enough that the agent is given up meanwhile, and has come back. */
    long inHandFor() {
        return (long) (late.nextDouble() * 3 * times.agents().replaceAfter().toNanos());
    }

    boolean losesHeartbeat() {
        return simulator.chance(faults.lostHeartbeats());
    }

    boolean spawnFails() {
        return simulator.chance(faults.spawnFails());
    }

    /** A replica, between what it has read and what it does about it. */
    boolean pausesAtBoundary() {
        return faults.replicaPause() && simulator.chance(faults.pauseAtBoundary());
    }

    /** A statement may be long under way, and where it would be worst it is in some worlds. */
    long stallBeforeLoss() {
        return faults.replicaPause() && simulator.chance(0.5) ? nemesis.awhile() : 0;
    }

    /** Until it is known that nothing answers: either it is refused, or one waits in vain. */
    long databaseSilence() {
        return simulator.chance(0.7)
                ? Duration.ofMillis(200).toNanos()
                : simulator.between(Duration.ofMillis(200), Duration.ofSeconds(2));
    }

    boolean diesAtBoundary() {
        return simulator.chance(faults.dieAtBoundary());
    }

    long databaseWait() {
        return simulator.between(Duration.ZERO, faults.slowDatabase());
    }

    DatabaseFault commitFault() {
        if (!simulator.chance(faults.commitFault())) {
            return DatabaseFault.NONE;
        }
        var kinds = faults.replicaKill()
                ? DatabaseFault.values()
                : new DatabaseFault[] {DatabaseFault.LOST_BEFORE_COMMIT, DatabaseFault.LOST_AFTER_COMMIT};
        return simulator.oneOf(List.of(kinds));
    }

    /** A step on the machine itself. */
    long local() {
        return simulator.between(Duration.ZERO, Duration.ofMillis(20));
    }

    long exit() {
        return simulator.between(Duration.ZERO, faults.slowExit());
    }

    /** From the end of the lease until all stands still; up to what the settings allow for, on the host's own clock. */
    long freezeTakes() {
        var agents = times.agents();
        double part = simulator.chance(0.2) ? simulator.fraction() : 0.05 * simulator.fraction();
        return (long) (part * (agents.freeze().toNanos() + agents.stall().toNanos()));
    }

    void cut(SimulatedHost host, boolean up, boolean down, long nanos) {
        simulator.tell(
                host.name(), "is cut off%s%s for %.1f s".formatted(up ? " up" : "", down ? " down" : "", nanos / 1e9));
        var both = cuts.computeIfAbsent(host.name(), _ -> new long[2]);
        both[0] = up ? simulator.now() + nanos : both[0];
        both[1] = down ? simulator.now() + nanos : both[1];
    }

    /** A machine and a replica are left to themselves: neither reaches anyone else. */
    void isolate(SimulatedHost host, SimulatedReplica with, long nanos) {
        simulator.tell(
                host.name(),
                "is cut off with %s for %.1f s".formatted(with.program().name(), nanos / 1e9));
        for (var replica : replicas) {
            if (replica.number() != with.number()) {
                cuts.put(between(host, replica), new long[] {simulator.now() + nanos, simulator.now() + nanos});
            }
        }
        with.cutFromDatabase(true);
        simulator.after(nanos, () -> with.cutFromDatabase(false));
    }

    private static String between(SimulatedHost host, SimulatedReplica replica) {
        return host.name() + " - " + replica.number();
    }

    boolean upCut(SimulatedAgent agent, SimulatedReplica replica) {
        return isCut(agent, replica, 0);
    }

    boolean downCut(SimulatedAgent agent, SimulatedReplica replica) {
        return isCut(agent, replica, 1);
    }

    private boolean isCut(SimulatedAgent agent, SimulatedReplica replica, int direction) {
        return isCut(cuts.get(agent.host().name()), direction)
                || isCut(cuts.get(between(agent.host(), replica)), direction);
    }

    private boolean isCut(long @Nullable [] both, int direction) {
        return both != null && simulator.now() < both[direction];
    }

    void databaseAway(long nanos) {
        simulator.tell("database", "is away for %.1f s".formatted(nanos / 1e9));
        databaseBackAt = simulator.now() + nanos;
    }

    boolean databaseIsAway() {
        return simulator.now() < databaseBackAt;
    }

    long databaseNanos() {
        return simulator.now() + clockOffset;
    }

    /** By no more than an hour from the truth. */
    void jumpClock() {
        clockOffset = simulator.between(HOUR.negated(), HOUR);
        simulator.tell("database", "its clock is off by %d s now".formatted(clockOffset / 1_000_000_000));
    }

    // What is looked at.

    void acts(Copy copy) {
        oracle.acts(copy);
    }

    void committed() {
        oracle.committed();
    }

    void storesCommitted() {
        storeHistory.committed();
        alarmHistory.committed();
    }

    /**
     * The longest that it may take after the storm until all is as it should be. A machine that is gone for good, and knew of none
     * of the replicas that are left, is given up only when no promise of others can hold any more.
     */
    Duration longestRest() {
        var agents = times.agents();
        return drawn.goneForGood() ? REST.plus(agents.outage()).plus(agents.replaceAfter()) : REST;
    }

    /** How the world of today differs from that of tomorrow, and everything that is wrong with it. */
    List<String> unrest() {
        try {
            return new Rest(this).missing();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String heardAs(String frame) {
        return mutations.frame(frame);
    }

    String rewritten(String sql) {
        return mutations.sql(sql);
    }

    @Override
    public void close() {
        hosts.forEach(SimulatedHost::crash);
        replicas.forEach(replica -> replica.program().kill());
        clients.program().kill();
    }
}
