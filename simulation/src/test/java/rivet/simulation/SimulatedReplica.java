package rivet.simulation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import rivet.controlplane.actor.ActorDoor;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.Evacuation;
import rivet.controlplane.agent.AgentDoor;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.LostAgents;
import rivet.controlplane.alarm.Alarms;
import rivet.controlplane.database.DatabaseDoor;
import rivet.controlplane.database.Heartbeats;
import rivet.controlplane.database.Stores;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.kv.KvDoor;
import rivet.controlplane.link.LinkDoor;
import rivet.controlplane.replica.ReplicaDoor;
import rivet.controlplane.replica.Replicas;
import rivet.controlplane.tenancy.Installation;
import rivet.protocol.link.Heartbeat;

/** One run of a control plane: our rooms on a simulated way to the database, their loops as fibers. */
final class SimulatedReplica {

    private static final CompositeMeterRegistry NO_METERS = new CompositeMeterRegistry();
    private static final SecretKey SIGNING = new SecretKeySpec(new byte[32], "HmacSHA256");

    /** The statement that gives an agent up. */
    private static final String LOSES = "lost_at = clock_timestamp()";

    private final World world;
    private final int number;
    private final Program program;
    private final Set<Conversation> conversations = new LinkedHashSet<>();
    private final List<Runnable> whenKilled = new ArrayList<>();
    private @Nullable Rooms rooms;
    private boolean cut;

    SimulatedReplica(World world, int number, Program program) {
        this.world = world;
        this.number = number;
        this.program = program;
        program.start("start", this::build);
    }

    record Rooms(
            Agents agents,
            LostAgents lost,
            Replicas replicas,
            Evacuation evacuation,
            Actors loops,
            AgentDoor operators,
            ActorDoor actors,
            LinkDoor links,
            @Nullable KvDoor stores,
            Alarms alarms) {}

    int number() {
        return number;
    }

    Program program() {
        return program;
    }

    /** Null until it is ready to serve. */
    @Nullable
    Rooms rooms() {
        return program.isAlive() ? rooms : null;
    }

    void cutFromDatabase(boolean now) {
        cut = now;
    }

    private void build() {
        while (true) {
            try {
                rooms = wired();
                break;
            } catch (RuntimeException e) {
                world.simulator().tell(program.name(), "does not start: " + e.getMessage());
                program.sleep(Duration.ofSeconds(1).toNanos());
            }
        }
        start(rooms);
    }

    private Rooms wired() {
        var main = new SimulatedDataSource(world.database(), new Way(Kind.MAIN));
        var wiring = new Wiring(Wiring.settings(world.times(), number))
                .given(JdbcClient.class, DatabaseDoor.jdbc(main))
                .givenTo(
                        Heartbeats.class,
                        JdbcClient.class,
                        DatabaseDoor.jdbc(new SimulatedDataSource(world.database(), new Way(Kind.HEARTBEATS))))
                .givenTo(
                        Stores.class, DataSource.class, new SimulatedDataSource(world.database(), new Way(Kind.STORES)))
                .given(Transactions.class, DatabaseDoor.transactions(main))
                .given(LongSupplier.class, this::watchNanos)
                .given(DoubleSupplier.class, world.simulator()::fraction)
                .given(MeterRegistry.class, NO_METERS)
                .given(Installation.class, new Installation(new UUID(0, 1), SIGNING))
                .given(Executor.class, _ -> {
                    throw new IllegalStateException("the simulation has its own threads");
                });
        return new Rooms(
                wiring.get(Agents.class),
                wiring.get(LostAgents.class),
                ReplicaDoor.reachable(wiring),
                wiring.get(Evacuation.class),
                wiring.get(Actors.class),
                new AgentDoor(wiring),
                new ActorDoor(wiring),
                new LinkDoor(wiring),
                world.hasStores() ? new KvDoor(wiring, new ProgramThreads(program)) : null,
                wiring.get(Alarms.class));
    }

    /** So fast where only the database's clock is to count that the replica's own says nothing. */
    private long watchNanos() {
        return world.planted() == Planted.ONE_CLOCK ? program.nanos() * 3 : program.nanos();
    }

    private void start(Rooms ready) {
        var place = loop("place-pending", () -> ready.loops().placeWaiting());
        ready.agents().onRoom(place::wake);
        var drain = loop("drain-agents", () -> ready.evacuation().pass());
        ready.agents().onRoom(() -> {
            if (ready.evacuation().isBusy()) {
                drain.wake();
            }
        });
        ready.agents().onSetChanged(_ -> wakeSpeakers());
        loop("restart-due", () -> ready.loops().due());
        loop("keep-in-list", () -> ready.replicas().keep());
        loop("find-lost-agents", () -> ready.lost().look());
        if (world.hasStores()) {
            loop("wake-for-alarms", () -> ready.alarms().wake());
        }
        loop("replace-lost", () -> ready.loops().replaceLost());
        if (world.planted() != Planted.POLL_OFF) {
            loop("push-changed-sets", () -> {
                ready.links().pushChanged();
                wakeSpeakers();
                return false;
            });
        }
    }

    private interface Pass {
        boolean more();
    }

    private Fiber loop(String name, Pass pass) {
        return program.start(name, () -> {
            program.sleep(
                    (long) (world.times().loops().toNanos() * world.simulator().fraction()));
            while (true) {
                if (!passed(name, pass)) {
                    program.sleep(world.times().loops().toNanos());
                }
            }
        });
    }

    private boolean passed(String name, Pass pass) {
        try {
            return pass.more();
        } catch (RuntimeException e) {
            world.simulator().tell(program.name(), name + " failed: " + e.getMessage());
            return false;
        }
    }

    /** A request of its own, such as a heartbeat or a client's. The answer is null where there is none. */
    <T> void serve(String what, Function<Rooms, T> work, Consumer<@Nullable T> answer) {
        var ready = rooms();
        if (ready == null) {
            answer.accept(null);
            return;
        }
        program.start(what, () -> answer.accept(attempted(what, ready, work)));
    }

    private <T> @Nullable T attempted(String what, Rooms ready, Function<Rooms, T> work) {
        try {
            return work.apply(ready);
        } catch (RuntimeException e) {
            world.simulator().tell(program.name(), what + " failed: " + e.getMessage());
            return null;
        }
    }

    /** The answer is in time, whatever the database does; null where there is none. */
    void renew(Heartbeat heartbeat, Consumer<Heartbeat.@Nullable Answer> answer) {
        var ready = rooms();
        if (ready == null) {
            answer.accept(null);
            return;
        }
        var beat = new Beat(heartbeat, ready, answer);
        program.start("heartbeat", beat::renew);
        program.after(world.times().agents().answer().toNanos(), beat::promise);
    }

    /** One request, which is answered once. */
    private final class Beat {

        private final Heartbeat heartbeat;
        private final Rooms ready;
        private final Consumer<Heartbeat.@Nullable Answer> to;
        private boolean answered;

        Beat(Heartbeat heartbeat, Rooms ready, Consumer<Heartbeat.@Nullable Answer> to) {
            this.heartbeat = heartbeat;
            this.ready = ready;
            this.to = to;
        }

        void renew() {
            var renewed =
                    attempted("heartbeat", ready, rooms -> rooms.operators().renew(heartbeat));
            if (renewed == null) {
                promise();
            } else {
                answer(renewed);
            }
        }

        void promise() {
            if (!answered) {
                answer(ready.operators().promise(heartbeat));
            }
        }

        private void answer(Heartbeat.@Nullable Answer answer) {
            if (!answered) {
                answered = true;
                to.accept(answer);
            }
        }
    }

    /** An agent has connected. */
    void accept(Wire wire) {
        var ready = rooms();
        if (ready == null) {
            wire.replicaCloses();
            return;
        }
        var conversation = new Conversation(wire, ready);
        conversations.add(conversation);
        wire.onReplica(conversation::arrives, conversation::left);
    }

    /** What an agent's stores ask. @param reply takes the answer, which may never come */
    void ask(byte[] call, Consumer<byte[]> reply) {
        var ready = rooms();
        var stores = ready == null ? null : ready.stores();
        if (stores != null) {
            program.start("store", () -> stores.answer(call, reply));
        }
    }

    void onKilled(Runnable action) {
        whenKilled.add(action);
    }

    private void wakeSpeakers() {
        if (world.planted() != Planted.POLL_OFF || !world.simulator().chance(0.5)) {
            conversations.forEach(conversation -> conversation.speaker.wake());
        }
    }

    void kill() {
        world.simulator().tell(program.name(), "is killed");
        program.kill();
        conversations.forEach(conversation -> conversation.wire.replicaCloses());
        whenKilled.forEach(Runnable::run);
    }

    /** Listens and speaks, as the two threads of a link do. */
    private final class Conversation {

        private final Wire wire;
        private final LinkDoor.Conversation link;
        private final ArrayDeque<String> inbox = new ArrayDeque<>();
        private final Fiber listener;
        private final Fiber speaker;
        private boolean over;

        Conversation(Wire wire, Rooms ready) {
            this.wire = wire;
            this.link = ready.links().open(message -> wire.toAgent(Frames.write(message)), () -> {
                over = true;
                wire.replicaCloses();
            });
            this.listener = program.start("listen", this::listen);
            this.speaker = program.start("speak", this::speak);
        }

        void arrives(String frame) {
            inbox.add(frame);
            listener.wake();
        }

        void left() {
            over = true;
            listener.wake();
        }

        private void listen() {
            try {
                while (!over) {
                    var frame = inbox.poll();
                    if (frame == null) {
                        program.sleep(Duration.ofMinutes(5).toNanos());
                    } else if (!link.hear(world.heardAs(frame))) {
                        break;
                    } else {
                        wakeSpeakers();
                    }
                }
            } catch (RuntimeException e) {
                world.simulator().tell(program.name(), "a conversation was broken off: " + e.getMessage());
            }
            over = true;
            wire.replicaCloses();
            link.leave();
            conversations.remove(this);
            speaker.wake();
        }

        private void speak() {
            try {
                while (!over) {
                    if (!link.sayChanged()) {
                        program.sleep(Duration.ofMinutes(5).toNanos());
                    }
                }
            } catch (RuntimeException e) {
                world.simulator().tell(program.name(), "a set could not be sent: " + e.getMessage());
                over = true;
                wire.replicaCloses();
                listener.wake();
            }
        }
    }

    /** Each has a pool of its own. */
    private enum Kind {
        MAIN,
        HEARTBEATS,
        STORES
    }

    /** The way to the database, in pieces where the world says so. */
    private final class Way implements SimulatedDataSource.Way {

        private final Kind of;

        Way(Kind of) {
            this.of = of;
        }

        @Override
        public void connect() throws SQLException {
            if (world.pausesAtBoundary()) {
                world.nemesis().pause(SimulatedReplica.this);
            }
            program.sleep(of == Kind.HEARTBEATS ? world.databaseWait() / 4 : world.databaseWait());
            if (cut || world.databaseIsAway()) {
                program.sleep(world.databaseSilence());
                throw new SQLException("the database is away", "08001");
            }
        }

        @Override
        public void before(String sql) {
            if (sql.contains(LOSES)) {
                program.sleep(world.stallBeforeLoss());
            }
        }

        @Override
        public long databaseNanos() {
            return world.databaseNanos();
        }

        @Override
        public DatabaseFault fault() {
            return world.commitFault();
        }

        @Override
        public void die() {
            kill();
            throw new Fiber.Killed();
        }

        @Override
        public void committed() {
            switch (of) {
                case MAIN -> world.committed();
                case STORES -> world.storesCommitted();
                case HEARTBEATS -> {}
            }
        }

        @Override
        public boolean queriesWrite() {
            return of == Kind.STORES;
        }

        @Override
        public UnaryOperator<String> rewrite() {
            return world::rewritten;
        }
    }
}
