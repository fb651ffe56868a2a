package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.simulation.Parts;

/** What the simulation's clients ask of this room. */
public final class ActorDoor {

    private static final AskedBy CLIENT = new AskedBy("caller:simulation");
    private final ActorMoves moves;
    private final Idempotency idempotency;
    private final ActorMemory memory;

    public ActorDoor(Parts parts) {
        this.moves = parts.get(ActorMoves.class);
        this.idempotency = parts.get(Idempotency.class);
        this.memory = parts.get(ActorMemory.class);
    }

    /** What a client asks for. @param key unique among live actors, or null @param idle until it sleeps, or null */
    public record Draft(
            UUID environment,
            BuildId build,
            @Nullable String key,
            boolean durable,
            Duration grace,
            @Nullable Duration idle,
            Reservation size) {}

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
        moves.move(CLIENT, id, moment -> new ActorEvent.UpgradeRequested(moment.now(), grace, UpgradePolicy.NOW));
    }

    public void sleep(ActorId id, Duration grace) {
        moves.move(CLIENT, id, moment -> new ActorEvent.SleepRequested(moment.now(), grace));
    }

    private Actor created(ActorId id, Draft draft) {
        var setup = new ActorSetup(
                draft.key(),
                Map.of(),
                ActorSetup.Network.HOST,
                Map.of(),
                ActorSetup.EndpointType.PATH,
                draft.grace(),
                draft.durable(),
                null,
                null,
                draft.idle(),
                null,
                null);
        var checked = new ActorDraft(draft.build(), Map.of(), "local", setup, draft.size());
        return moves.create(
                CLIENT,
                checked,
                now -> new Actor(
                        id,
                        draft.environment(),
                        checked.region(),
                        checked.build(),
                        checked.tags(),
                        setup,
                        checked.resources(),
                        new Pending(now, Waiting.QUEUED, 0),
                        0,
                        1,
                        now,
                        null,
                        null,
                        null));
    }
}
