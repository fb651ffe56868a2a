package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.build.Build;
import rivet.controlplane.build.Builds;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.BuildKind;

/** What callers can ask of actors that there are. An actor of another environment is as good as none. */
@Component
final class ActorRequests {

    private static final int CHANGED_AT_ONCE = 500;

    private final ActorRepository repository;
    private final ActorMoves moves;
    private final Builds builds;
    private final Idempotency idempotency;
    private final ActorMemory memory;
    private final RolloutRepository rollouts;
    private final Transactions transactions;

    ActorRequests(
            ActorRepository repository,
            ActorMoves moves,
            Builds builds,
            Idempotency idempotency,
            ActorMemory memory,
            RolloutRepository rollouts,
            Transactions transactions) {
        this.repository = repository;
        this.moves = moves;
        this.builds = builds;
        this.idempotency = idempotency;
        this.memory = memory;
        this.rollouts = rollouts;
        this.transactions = transactions;
    }

    Actor get(Environment environment, ActorId id) {
        return repository
                .find(id)
                .filter(actor -> actor.environmentId().equals(environment.id()))
                .orElseThrow(() -> absent(id.toString()));
    }

    /** Repeating it is harmless; a shorter grace than before counts. @param grace absent: the actor's own */
    Actor destroy(Caller caller, ActorId id, @Nullable Duration grace, @Nullable IdempotencyKey once) {
        return idempotency.once(once, memory.one(), () -> {
            var actor = get(caller.environment(), id);
            return destroyed(caller, id, grace).orElse(actor);
        });
    }

    private Optional<Actor> destroyed(Caller caller, ActorId id, @Nullable Duration grace) {
        return moves.move(
                AskedBy.of(caller),
                id,
                moment -> new ActorEvent.DestroyRequested(
                        moment.now(), grace == null ? moment.actor().setup().grace() : grace));
    }

    /** @return how many were told to stop */
    long destroyAll(Caller caller, Map<String, String> tags, @Nullable Duration grace) {
        return countLiving(
                caller.environment(), tags, id -> destroyed(caller, id, grace).isPresent());
    }

    /**
     * What a caller says of an upgrade beside the build.
     *
     * @param policy absent: each actor's own
     * @param startTimeoutMs what the new build's first start may take; absent: as usual
     */
    record Manner(@Nullable UpgradePolicy policy, @Nullable Long startTimeoutMs) {

        /** Nobody can use an actor without ports, so there is nothing to wait for. */
        UpgradePolicy policy(Actor actor) {
            var own = actor.setup().upgrade();
            var chosen = policy != null ? policy : own != null ? own : UpgradePolicy.NOW;
            return chosen instanceof UpgradePolicy.WhenIdle
                            && actor.setup().ports().isEmpty()
                    ? UpgradePolicy.NOW
                    : chosen;
        }

        ActorEvent event(ActorRepository.Moment moment) {
            var actor = moment.actor();
            return new ActorEvent.UpgradeRequested(moment.now(), actor.setup().grace(), policy(actor));
        }
    }

    /** A rollout that has the actor, and whose turn it may not be yet, leaves it to the later word. */
    Actor upgrade(Caller caller, ActorId id, Build build, Manner manner) {
        var environment = caller.environment();
        requireSameKind(get(environment, id), build);
        return transactions.run(() -> {
            rollouts.leave(environment.id(), id);
            var after = moves.move(
                    AskedBy.of(caller),
                    id,
                    now -> now.state().ending() ? now : now.upgradedTo(build.id(), manner.startTimeoutMs()),
                    manner::event);
            return after.filter(upgraded -> !upgraded.state().ending()).orElseThrow(() -> destroyed(id));
        });
    }

    /** Repeating it is harmless. */
    Actor sleep(Caller caller, ActorId id) {
        return changed(
                caller,
                id,
                moment -> new ActorEvent.SleepRequested(
                        moment.now(), moment.actor().setup().grace()));
    }

    /** Likewise; one that is awake stays as it is. */
    Actor wake(Caller caller, ActorId id) {
        return changed(caller, id, moment -> new ActorEvent.WakeRequested(moment.now()));
    }

    private Actor changed(Caller caller, ActorId id, Function<ActorRepository.Moment, ActorEvent> event) {
        get(caller.environment(), id);
        return moves.move(AskedBy.of(caller), id, event)
                .filter(after -> !after.state().ending())
                .orElseThrow(() -> destroyed(id));
    }

    static Problem destroyed(ActorId id) {
        return Problem.conflict("ACTOR_DESTROYED", "actor: %s is destroyed".formatted(id));
    }

    /** Those of another kind of build, and those that end meanwhile, are left out. @return how many were upgraded */
    long upgradeAll(Caller caller, Map<String, String> tags, Build build, Manner manner) {
        return countLiving(caller.environment(), tags, id -> upgraded(caller, id, build, manner));
    }

    /** Each in a transaction of its own, so that many leave room for others. @param change whether it did something */
    private long countLiving(Environment environment, Map<String, String> tags, Predicate<ActorId> change) {
        var count = 0L;
        ActorId last = null;
        while (true) {
            var ids = repository.livingWith(environment.id(), tags, last, CHANGED_AT_ONCE);
            count += ids.stream().filter(change).count();
            if (ids.size() < CHANGED_AT_ONCE) {
                return count;
            }
            last = ids.getLast();
        }
    }

    private boolean upgraded(Caller caller, ActorId id, Build build, Manner manner) {
        try {
            upgrade(caller, id, build, manner);
            return true;
        } catch (Problem _) {
            return false;
        }
    }

    /** An actor keeps its setup, which was checked against its kind of build. */
    boolean isSameKind(Actor actor, Build build) {
        return kind(actor, build) == build.kind();
    }

    private BuildKind kind(Actor actor, Build build) {
        return builds.find(actor.build()).map(Build::kind).orElse(build.kind());
    }

    private void requireSameKind(Actor actor, Build build) {
        var now = kind(actor, build);
        if (now != build.kind()) {
            throw Problem.badField("build", build.kind(), "a %s build, as the actor has".formatted(now));
        }
    }

    static Problem absent(String id) {
        return Problem.notFound("ACTOR_NOT_FOUND", "actor: no '%s'".formatted(id))
                .at("actor");
    }
}
