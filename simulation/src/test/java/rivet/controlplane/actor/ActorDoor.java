package rivet.controlplane.actor;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.LostAgents;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.placement.Placer;
import rivet.controlplane.tenancy.Installation;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/** What the simulation builds of this room, and what its clients ask of it. */
public final class ActorDoor {

    private static final AskedBy CLIENT = new AskedBy("caller:simulation");
    private static final ActorSettings SETTINGS = new ActorSettings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofSeconds(4),
            Duration.ofSeconds(20));

    private final ActorMoves moves;
    private final Actors actors;
    private final DesiredSets desired;
    private final Idempotency idempotency;
    private final ActorMemory memory;

    public ActorDoor(
            JdbcClient jdbc,
            Transactions transactions,
            Agents agents,
            LostAgents lost,
            Placer placer,
            Idempotency idempotency,
            DoubleSupplier chance,
            MeterRegistry registry) {
        var repository = new ActorRepository(jdbc);
        this.moves = new ActorMoves(
                repository,
                new ActorEvents(jdbc),
                new ActorRuns(jdbc),
                agents,
                lost,
                placer,
                transactions,
                new StartTimes(registry));
        this.actors = new Actors(repository, moves, agents, SETTINGS, chance);
        var installation = new Installation(new UUID(0, 1), new SecretKeySpec(new byte[32], "HmacSHA256"));
        this.desired = new DesiredSets(jdbc, installation, new ProxySettings(""));
        this.idempotency = idempotency;
        this.memory = new ActorMemory(repository);
    }

    /** What a client asks for. @param key unique among live actors, or null */
    public record Draft(
            UUID environment, BuildId build, @Nullable String key, boolean durable, Duration grace, Reservation size) {}

    public Actors actors() {
        return actors;
    }

    public DesiredSets desired() {
        return desired;
    }

    /** @return the actor made now, or by an earlier request of the same key; null if another has its key */
    public @Nullable ActorId create(@Nullable IdempotencyKey once, Supplier<ActorId> id, Draft draft) {
        try {
            return idempotency
                    .once(once, memory.one(), () -> created(id.get(), draft))
                    .id();
        } catch (KeyTaken _) {
            return null;
        }
    }

    public void destroy(ActorId id, Duration grace) {
        moves.move(CLIENT, id, moment -> new ActorEvent.DestroyRequested(moment.now(), grace));
    }

    public void upgrade(ActorId id, Duration grace) {
        moves.move(CLIENT, id, moment -> new ActorEvent.UpgradeRequested(moment.now(), grace));
    }

    private Actor created(ActorId id, Draft draft) {
        var setup = new ActorSetup(
                draft.key(),
                Map.of(),
                ActorSetup.Network.HOST,
                Map.of(),
                ActorSetup.EndpointType.PATH,
                draft.grace(),
                draft.durable());
        return moves.create(
                CLIENT,
                now -> new Actor(
                        id,
                        draft.environment(),
                        "local",
                        draft.build(),
                        Map.of(),
                        setup,
                        draft.size(),
                        new Pending(now, Waiting.QUEUED, 0),
                        0,
                        1,
                        now,
                        null,
                        null));
    }
}
