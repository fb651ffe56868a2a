package rivet.controlplane.actor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.idempotency.Idempotency;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.CreateActorRequest;

/** Creates actors. What one request asks for is one transaction: all of it is done, or it leaves nothing. */
@Component
final class ActorCreation {

    private static final int MOST_AT_ONCE = 100;

    private final ActorRepository repository;
    private final ActorMoves moves;
    private final ActorChecks checks;
    private final BuildChoice builds;
    private final Idempotency idempotency;
    private final ActorMemory memory;

    ActorCreation(
            ActorRepository repository,
            ActorMoves moves,
            ActorChecks checks,
            BuildChoice builds,
            Idempotency idempotency,
            ActorMemory memory) {
        this.repository = repository;
        this.moves = moves;
        this.checks = checks;
        this.builds = builds;
        this.idempotency = idempotency;
        this.memory = memory;
    }

    Actor create(Caller caller, CreateActorRequest request, @Nullable IdempotencyKey once) {
        return idempotency.once(once, memory.one(), () -> orRefused(caller, request));
    }

    /** In the order of the requests. */
    List<Actor> createMany(
            Caller caller, @Nullable List<@Nullable CreateActorRequest> requests, @Nullable IdempotencyKey once) {
        var all = checked(requests);
        return idempotency.once(once, memory.many(), () -> {
            var created = new ArrayList<Actor>();
            for (var request : all) {
                created.add(within(created.size(), () -> orRefused(caller, request)));
            }
            Audit.target(created.stream().map(ActorCreation::path).collect(Collectors.joining(" ")));
            return created;
        });
    }

    /** Part of the caller's transaction, if there is one. @throws KeyTaken if another actor has its key */
    Actor insert(Caller caller, CreateActorRequest request) {
        var draft = draft(caller.environment(), request);
        return moves.create(AskedBy.of(caller), draft, now -> {
            var actor = draft.actor(caller.environment().id(), now);
            Audit.target(path(actor));
            return actor;
        });
    }

    /** All that would be refused is refused here; nothing is changed. */
    ActorDraft draft(Environment environment, CreateActorRequest request) {
        var build = builds.choose(environment, request.build(), request.buildTags());
        return checks.check(request, build);
    }

    void requireFree(Environment environment, @Nullable String key) {
        if (key != null && repository.holder(environment.id(), key).isPresent()) {
            throw taken(environment, key);
        }
    }

    private static String path(Actor actor) {
        return "/actors/" + actor.id();
    }

    private Actor orRefused(Caller caller, CreateActorRequest request) {
        try {
            return insert(caller, request);
        } catch (KeyTaken _) {
            throw taken(caller.environment(), String.valueOf(request.key()));
        }
    }

    private Problem taken(Environment environment, String key) {
        var problem = Problem.conflict("ACTOR_KEY_TAKEN", "key: '%s' is the key of a live actor".formatted(key))
                .at("key", "a key that no live actor has");
        repository
                .holder(environment.id(), key)
                .ifPresent(holder -> problem.with("actor", holder.id().toString()));
        return problem;
    }

    private static List<CreateActorRequest> checked(@Nullable List<@Nullable CreateActorRequest> requests) {
        if (requests == null || requests.isEmpty() || requests.size() > MOST_AT_ONCE) {
            var came = requests == null ? null : requests.size() + " of them";
            throw Problem.badField("actors", came, "1 to %d".formatted(MOST_AT_ONCE));
        }
        var checked = new ArrayList<CreateActorRequest>();
        var keys = new HashSet<String>();
        for (var request : requests) {
            var field = field(checked.size());
            if (request == null) {
                throw Problem.badField(field, null, "an object");
            }
            if (request.key() != null && !keys.add(request.key())) {
                throw Problem.badField(field + ".key", request.key(), "another key than those before it");
            }
            checked.add(request);
        }
        return checked;
    }

    private static Actor within(int index, Supplier<Actor> creation) {
        try {
            return creation.get();
        } catch (Problem problem) {
            throw problem.within(field(index));
        }
    }

    private static String field(int index) {
        return "actors[%d]".formatted(index);
    }
}
