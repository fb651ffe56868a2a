package rivet.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rivet.agent.kv.StoreDoor;
import rivet.agent.lease.Lease;
import rivet.agent.link.ControlPlaneLink;
import rivet.agent.link.LinkDoor;
import rivet.agent.link.OutageDoor;
import rivet.agent.supervise.Journal;
import rivet.agent.supervise.SuperviseDoor;
import rivet.agent.supervise.Supervisor;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.CustomRoute;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToAgent.Desired;
import rivet.protocol.link.ToAgent.Welcome;
import rivet.protocol.link.ToControlPlane;

/**
 * One run of an agent: our lease, journal, supervisor and outbox, and what of that which is heard counts; when it speaks follows the
 * agent's link, which itself is bound to real sockets.
 */
final class SimulatedAgent {

    private static final long HEARTBEAT_TIMEOUT = Duration.ofSeconds(1).toNanos();
    private static final long HEARTBEAT_RETRY = Duration.ofMillis(500).toNanos();
    private static final long WELCOME_TIMEOUT = Duration.ofSeconds(5).toNanos();
    private static final long SILENCE = Duration.ofSeconds(5).toNanos();

    private final World world;
    private final SimulatedHost host;
    private final Program program;
    private final Lease lease;
    private final LinkDoor outbox = new LinkDoor();
    private final Map<ActorId, ActorReport> routes = new HashMap<>();
    private @Nullable Journal journal;
    private @Nullable Supervisor supervisor;
    private @Nullable Fiber link;
    private @Nullable Fiber heartbeats;
    private @Nullable Wire wire;
    private LinkDoor.@Nullable Hearing hearing;
    private @Nullable Welcome beating;
    private long helloAt;
    private long heardAt;
    private boolean rejoin;
    private long nonce;
    private long heard;

    /** All that this run of it has said of actors: what was true once may be said again. */
    private final List<ActorReport> facts = new ArrayList<>();

    private long asked;
    private boolean granted;
    private final OutageDoor outage = new OutageDoor();
    private final StoreDoor stores;
    private final Map<Copy, StoreDoor.Store> open = new HashMap<>();
    private final ArrayDeque<Reply> replies = new ArrayDeque<>();

    SimulatedAgent(World world, SimulatedHost host, Program program) {
        this.world = world;
        this.host = host;
        this.program = program;
        this.lease = new Lease(program::nanos);
        var threads = new ProgramThreads(program);
        this.stores = new StoreDoor(
                new StoreWire(world, this, threads),
                world.planted() == Planted.CACHE_WITHOUT_LEASE ? () -> true : lease::mayServe,
                world.planted() == Planted.CACHE_NEVER_UNCERTAIN
                        ? StoreDoor.Memory.NEVER_UNCERTAIN
                        : StoreDoor.Memory.AS_IT_IS,
                threads);
    }

    Program program() {
        return program;
    }

    SimulatedHost host() {
        return host;
    }

    /** Whether it would let a request through to this copy now. */
    boolean serves(Copy copy) {
        var told = routes.get(copy.actor);
        return program.isAlive()
                && !program.isPaused()
                && lease.mayServe()
                && told != null
                && told.generation() == copy.generation
                && told.phase() instanceof Phase.Up;
    }

    /** Whose answers it has heard last. */
    SimulatedReplica spokenWith() {
        return wire == null ? world.anyReplica() : wire.replica();
    }

    /** Where a process finds its store; null: it finds none. */
    StoreDoor.@Nullable Store store(Copy copy) {
        return program.isAlive() ? open.get(copy) : null;
    }

    void openStore(Copy copy) {
        open.put(copy, stores.open(copy.actor, copy.generation));
    }

    /** An earlier run of the agent had opened it. */
    void reopenStore(Copy copy) {
        open.put(
                copy,
                world.planted() == Planted.RESUME_SKIPPED
                        ? stores.open(copy.actor, copy.generation)
                        : stores.reopen(copy.actor, copy.generation));
    }

    void closeStore(Copy copy) {
        var store = open.remove(copy);
        if (store != null) {
            store.close();
        }
    }

    boolean isJoined() {
        return hearing != null && hearing.welcomed() != null && beating != null && lease.mayServe();
    }

    long leaseDeadline() {
        return lease.deadlineNanos();
    }

    void kill() {
        program.kill();
        if (wire != null) {
            wire.agentCloses();
        }
        closeJournal();
    }

    private void closeJournal() {
        if (journal != null) {
            journal.close();
            journal = null;
        }
    }

    /** A step after which an agent of an unlucky world is gone. */
    void boundary() {
        program.fiber().requireAlive();
        if (world.diesAtBoundary()) {
            host.killAgent();
            world.nemesis().agentComesBack(host);
            throw new Fiber.Killed();
        }
    }

    void run() {
        lease.onDeadline(host::lease);
        if (world.planted() == Planted.JOURNAL_FORGOTTEN) {
            host.loseJournal();
        }
        var kept = SuperviseDoor.journal(host.folder());
        journal = kept;
        var ours = SuperviseDoor.supervisor(
                new SimulatedLauncher(world, host, this),
                kept,
                lease::mayServe,
                new Requests(),
                new Changes(),
                program::nanos,
                (name, life) -> program.start(name, life),
                new SuperviseDoor.Fibers() {
                    @Override
                    public Runnable waker() {
                        return program.fiber()::wake;
                    }

                    @Override
                    public void sleep(long nanos) {
                        program.sleep(nanos);
                    }
                });
        supervisor = ours;
        ours.recall();
        heartbeats = program.start("heartbeats", this::beat);
        link = program.start("link", () -> converse(ours));
    }

    /** Nobody uses an actor for longer than a moment until the storm is over; then somebody has a connection to each. */
    private final class Requests implements Supervisor.Traffic {

        @Override
        public boolean hasUnanswered(ActorId actor, long generation) {
            return false;
        }

        @Override
        public long quietNanos(ActorId actor, long generation) {
            if (world.isQuiet() && world.isCalled()) {
                return 0;
            }
            return open.keySet().stream()
                    .filter(copy -> copy.actor.equals(actor) && copy.generation == generation)
                    .mapToLong(copy -> world.simulator().now() - copy.usedAt)
                    .findFirst()
                    .orElse(0);
        }
    }

    private final class Changes implements Supervisor.Listener {

        @Override
        public void changed(ActorReport report) {
            if (!program.isAlive()) {
                throw new Fiber.Killed();
            }
            routes.put(report.actor(), report);
            outbox.put(report);
            facts.add(report);
            if (link != null) {
                link.wake();
            }
        }

        @Override
        public void forgotten(ActorId actor, long generation) {
            var told = routes.get(actor);
            if (told != null && told.generation() == generation) {
                routes.remove(actor);
            }
        }
    }

    private void converse(Supervisor ours) {
        var controlled = new Controlled(ours);
        while (true) {
            rejoin = false;
            var replica = world.anyReplica();
            var opened = new Wire(world, this, replica);
            wire = opened;
            program.sleep(world.local());
            if (!world.upCut(this, replica) && !world.downCut(this, replica)) {
                var ear = LinkDoor.hearing(controlled, link()::wake);
                hearing = ear;
                opened.onAgent(frame -> program.after(0, () -> hear(ear, frame)));
                replica.accept(opened);
                hold(opened, ear, controlled);
                ear.over();
                hearing = null;
            }
            opened.agentCloses();
            program.sleep(world.simulator().between(Duration.ofMillis(50), Duration.ofSeconds(1)));
        }
    }

    private void hold(Wire opened, LinkDoor.Hearing ear, Controlled controlled) {
        outbox.clearFacts();
        helloAt = program.nanos();
        heardAt = helloAt;
        ear.saysHello(helloAt);
        var hello = controlled.hello();
        opened.toReplica(Frames.write(hello));
        var welcomed = ear.welcomed();
        while (welcomed == null) {
            if (!opened.agentOpen() || ear.isRefused() || program.nanos() - helloAt > WELCOME_TIMEOUT) {
                return;
            }
            program.sleep(WELCOME_TIMEOUT / 10);
            welcomed = ear.welcomed();
        }
        beating = welcomed;
        wakeHeartbeats();
        opened.toReplica(Frames.write(new ToControlPlane.Report(welcomed.epoch(), hello.actors())));
        talk(opened, ear, welcomed.epoch());
    }

    private void talk(Wire opened, LinkDoor.Hearing ear, long epoch) {
        while (!rejoin && !ear.missedChange() && opened.agentOpen()) {
            if (world.upCut(this, opened.replica()) || world.downCut(this, opened.replica())) {
                if (program.nanos() - heardAt > SILENCE) {
                    return; // pings are not answered
                }
            } else {
                heardAt = program.nanos();
            }
            if (!facts.isEmpty() && world.again()) {
                opened.toReplica(Frames.write(new ToControlPlane.Report(
                        epoch, List.of(world.simulator().oneOf(facts)))));
            }
            for (var reports : outbox.take()) {
                opened.toReplica(Frames.write(new ToControlPlane.Report(epoch, reports)));
            }
            program.sleep(Duration.ofMillis(500).toNanos());
        }
    }

    void socketEnded(Wire ended) {
        if (ended.equals(wire) && link != null) {
            link.wake();
        }
    }

    /** On the socket's receiving side; the conversation may be over by then. */
    private void hear(LinkDoor.Hearing ear, String frame) {
        ear.message(frame);
        switch (world.planted()) {
            case OLD_SET_OBEYED -> obeyAllTheSame(frame, ear.equals(hearing));
            case START_WITHOUT_EPOCH -> obeyAllTheSame(frame, !ear.equals(hearing));
            default -> {}
        }
    }

    private void obeyAllTheSame(String frame, boolean mutant) {
        if (mutant && supervisor != null && Frames.toAgent(frame) instanceof Desired whole) {
            obey(supervisor, whole);
        }
    }

    private void obey(Supervisor ours, Desired whole) {
        ours.desire(whole.actors(), () -> lease.reconciled(whole.epoch()));
    }

    /** The rest of the agent, for the link; as the agent's own is. */
    private final class Controlled implements ControlPlaneLink.Agent {

        private final Supervisor ours;

        Controlled(Supervisor ours) {
            this.ours = ours;
        }

        @Override
        public ToControlPlane.Hello hello() {
            var size = new ToControlPlane.Capacity(World.CAPACITY.cpuMillicores(), World.CAPACITY.memoryMib());
            return new ToControlPlane.Hello(
                    host.id(),
                    ToControlPlane.PROTOCOL,
                    "simulated",
                    "local",
                    "http://simulated:1",
                    size,
                    ours.inventory());
        }

        @Override
        public void granted(long epoch, long untilNanos) {
            long late = world.planted() == Planted.DEADLINE_FROM_RECEIPT ? program.nanos() - helloAt : 0;
            world.simulator().tell(program.name(), "welcomed in epoch " + epoch);
            lease.granted(epoch, untilNanos + late);
            if (world.planted() == Planted.STRANGERS_SERVED) {
                lease.reconciled(epoch);
            }
            link().wake();
        }

        @Override
        public void desired(Desired whole) {
            if (lease.mayStart(whole.epoch())) {
                obey(ours, whole);
            } else {
                rejoin(); // it came so late that it may name what another agent runs by now
            }
        }

        @Override
        public void promised(long untilNanos) {
            lease.promised(untilNanos);
        }

        @Override
        public void fenced(long epoch) {
            lease.fenced(epoch);
        }

        @Override
        public void moved(List<ActorId> actors) {}

        @Override
        public void routes(List<CustomRoute> routes) {}

        @Override
        public void access(ToAgent.Access access) {}

        @Override
        public void ingress(List<IngressPort> ports) {}
    }

    private void rejoin() {
        rejoin = true;
        link().wake();
    }

    private Fiber link() {
        if (link == null) {
            throw new IllegalStateException("nothing is heard before the link is there");
        }
        return link;
    }

    private void wakeHeartbeats() {
        if (heartbeats != null) {
            heartbeats.wake();
        }
    }

    private void beat() {
        while (true) {
            var current = beating;
            if (current == null) {
                program.sleep(Duration.ofMinutes(1).toNanos());
            } else {
                program.sleep(beat(current));
            }
        }
    }

    /** As the agent's own heartbeats do. @return how long to wait until the next */
    private long beat(Welcome current) {
        var all = world.replicas();
        var one = List.of(world.anyReplica());
        var wasGranted = granted;
        var outcome = ask(current, wasGranted ? one : all);
        if (wasGranted && !outcome.isDecided() && all.size() > 1) {
            outcome = ask(current, all);
        }
        granted = outcome == Outcome.GRANTED || outcome == Outcome.TOLD_MORE;
        return switch (outcome) {
            case GRANTED, PROMISED, FENCED -> TimeUnit.MILLISECONDS.toNanos(current.heartbeatMs());
            case TOLD_MORE -> 0;
            case NOTHING -> HEARTBEAT_RETRY;
        };
    }

    /** What a beat came to. */
    private enum Outcome {
        GRANTED,
        TOLD_MORE,
        PROMISED,
        FENCED,
        NOTHING;

        boolean isDecided() {
            return this != PROMISED && this != NOTHING;
        }
    }

    private record Reply(Heartbeat to, long sent, Heartbeat.@Nullable Answer answer) {}

    /** All at once; the first that knows decides. */
    private Outcome ask(Welcome current, List<SimulatedReplica> all) {
        long sent = program.nanos();
        long from = nonce;
        asked = from;
        replies.clear();
        for (var replica : all) {
            send(replica, new Heartbeat(host.id(), current.epoch(), ++nonce, heard, outage.held()), sent, from);
        }
        var outcome = Outcome.NOTHING;
        int missing = all.size();
        while (missing > 0 && !outcome.isDecided()) {
            var reply = replies.poll();
            if (reply != null) {
                missing--;
                outcome = take(current, reply, outcome);
            } else if (program.nanos() - sent < HEARTBEAT_TIMEOUT) {
                program.sleep(HEARTBEAT_TIMEOUT - (program.nanos() - sent));
            } else {
                break;
            }
        }
        return outcome;
    }

    private Outcome take(Welcome current, Reply reply, Outcome before) {
        var heartbeat = reply.to();
        if (reply.answer() == null) {
            return before;
        }
        heard = Math.max(heard, heartbeat.nonce());
        return switch (reply.answer()) {
            case Heartbeat.Answer.Grant(var answered, var epoch, var newer) -> {
                if (answered != heartbeat.nonce() || epoch != current.epoch()) {
                    yield before;
                }
                outage.granted(reply.sent(), heartbeat.replicas(), newer);
                lease.granted(epoch, from(reply) + fence(current));
                yield newer == null ? Outcome.GRANTED : Outcome.TOLD_MORE;
            }
            case Heartbeat.Answer.Promise(var answered, var replica) -> {
                if (answered != heartbeat.nonce()) {
                    yield before;
                }
                outage.promised(replica, from(reply));
                yield isCarriedOn(current) ? Outcome.PROMISED : before;
            }
            case Heartbeat.Answer.Fenced _ -> {
                fenced(current, reply.sent());
                yield Outcome.FENCED;
            }
        };
    }

    private long from(Reply reply) {
        return world.planted() == Planted.DEADLINE_FROM_RECEIPT ? program.nanos() : reply.sent();
    }

    private boolean isCarriedOn(Welcome current) {
        var longest = current.outageMs();
        if (longest == null) {
            return false;
        }
        var until = outage.until(fence(current), TimeUnit.MILLISECONDS.toNanos(longest));
        until.ifPresent(lease::promised);
        return until.isPresent();
    }

    private void fenced(Welcome current, long sent) {
        if (world.planted() == Planted.FENCED_EXTENDS || world.planted() == Planted.FENCED_IS_A_GRANT) {
            lease.granted(current.epoch(), sent + fence(current));
            if (world.planted() == Planted.FENCED_IS_A_GRANT) {
                return;
            }
            rejoin();
        } else if (current.equals(beating)) {
            beating = null;
            lease.fenced(current.epoch());
            world.simulator().tell(program.name(), "is told that epoch " + current.epoch() + " is over");
            rejoin();
        }
    }

    private static long fence(Welcome of) {
        return TimeUnit.MILLISECONDS.toNanos(of.fenceMs());
    }

    private void send(SimulatedReplica replica, Heartbeat heartbeat, long sent, long from) {
        if (world.upCut(this, replica) || world.losesHeartbeat()) {
            return;
        }
        world.simulator()
                .after(
                        world.delay(),
                        () -> replica.renew(heartbeat, answer -> {
                            if (!world.losesHeartbeat()) {
                                world.simulator()
                                        .after(
                                                world.delay(),
                                                () -> arrived(replica, new Reply(heartbeat, sent, answer), from));
                            }
                        }));
    }

    /** @param from the nonce before the first of those that were sent at once */
    private void arrived(SimulatedReplica replica, Reply reply, long from) {
        if (!world.downCut(this, replica)) {
            program.after(0, () -> {
                if (asked == from) {
                    replies.add(reply);
                    wakeHeartbeats();
                }
            });
        }
    }
}
