package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorMemory.Made;
import rivet.controlplane.actor.ActorWaits.Goal;
import rivet.controlplane.actor.ActorWaits.Wait;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.CreateActorRequest;

/**
 * The live actor with a key, or a new one. The unique index decides between callers that come at once: one creates, and the
 * others look again and find. While the holder is on its way out all of them wait, without a transaction, and then do the same.
 */
@Component
final class GetOrCreate {

    private final ActorRepository repository;
    private final ActorCreation creation;
    private final ActorWaits waits;
    private final Idempotency idempotency;
    private final ActorMemory memory;
    private final ActorSettings settings;
    private final InstantSource clock;

    GetOrCreate(
            ActorRepository repository,
            ActorCreation creation,
            ActorWaits waits,
            Idempotency idempotency,
            ActorMemory memory,
            ActorSettings settings,
            InstantSource clock) {
        this.repository = repository;
        this.creation = creation;
        this.waits = waits;
        this.idempotency = idempotency;
        this.memory = memory;
        this.settings = settings;
        this.clock = clock;
    }

    /** @param request needs a key; all else is only looked at if there is no such actor */
    Made getOrCreate(Caller caller, CreateActorRequest request, @Nullable IdempotencyKey once) {
        var key = ActorChecks.requireKey(request.key());
        var deadline = clock.instant().plus(settings.keyTimeout());
        while (true) {
            try {
                return idempotency.once(once, memory.made(), () -> madeOrFound(caller, key, request));
            } catch (KeyTaken _) {
                awaitFree(caller.environment(), key, deadline);
            }
        }
    }

    private Made madeOrFound(Caller caller, String key, CreateActorRequest request) {
        var holder = repository.holder(caller.environment().id(), key);
        if (holder.isEmpty()) {
            return new Made(creation.insert(caller, request), true);
        }
        if (holder.get().state().ending()) {
            throw new KeyTaken();
        }
        return new Made(holder.get(), false);
    }

    /** Returns when it is worth looking again: nobody has the key, or one that lives. */
    private void awaitFree(Environment environment, String key, Instant deadline) {
        var holder = repository.holder(environment.id(), key);
        var left = Duration.between(clock.instant(), deadline);
        if (!left.isPositive()) {
            throw busy(key, holder);
        }
        holder.filter(actor -> actor.state().ending())
                .ifPresent(ending -> waits.await(ending, new Wait(Goal.DESTROYED, left)));
    }

    private Problem busy(String key, Optional<Actor> holder) {
        var problem = new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "ACTOR_KEY_BUSY",
                        "key: '%s' is still held by an actor that is being destroyed, after %d ms; try again"
                                .formatted(key, settings.keyTimeout().toMillis()))
                .at("key");
        holder.ifPresent(actor -> problem.with("actor", actor.id().toString()));
        return problem;
    }
}
