package rivet.controlplane.actor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.build.Build;
import rivet.controlplane.build.Builds;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;

/** What callers can ask of actors. An actor of another environment is as good as none. */
@Component
final class ActorRequests {

    private static final int UPGRADED_AT_ONCE = 500;

    private final ActorRepository repository;
    private final ActorMoves moves;
    private final Builds builds;
    private final ActorSettings settings;
    private final InstantSource clock;

    ActorRequests(
            ActorRepository repository, ActorMoves moves, Builds builds, ActorSettings settings, InstantSource clock) {
        this.repository = repository;
        this.moves = moves;
        this.builds = builds;
        this.settings = settings;
        this.clock = clock;
    }

    Actor create(Environment environment, ActorDraft draft, Build build) {
        var id = ActorId.random();
        Audit.target("/actors/" + id);
        var created = moves.create(now -> new Actor(
                id,
                environment.id(),
                draft.region(),
                build.id(),
                draft.tags(),
                draft.setup(),
                draft.resources(),
                new Pending(now, Waiting.QUEUED, 0),
                0,
                1,
                now,
                null,
                null));
        return draft.waitReady() ? awaitReady(created) : created;
    }

    /** Until it runs, or has ended, or the time is over: then it is answered as it is. */
    private Actor awaitReady(Actor created) {
        var deadline = clock.instant().plus(settings.readyTimeout());
        try (var watch = moves.watch(created.id())) {
            while (true) {
                var actor = repository.find(created.id()).orElse(created);
                var left = Duration.between(clock.instant(), deadline);
                if (isSettled(actor) || left.isNegative() || !watch.await(left)) {
                    return readyOrFailed(actor);
                }
            }
        }
    }

    private static boolean isSettled(Actor actor) {
        return actor.state() instanceof Running || actor.state() instanceof Destroyed;
    }

    private static Actor readyOrFailed(Actor actor) {
        if (actor.state() instanceof Destroyed(var _, var reason, var last) && !reason.equals("completed")) {
            var why = last == null || last.message().isEmpty() ? "" : ": " + last.message();
            throw new Problem(
                            HttpStatus.BAD_REQUEST,
                            "ACTOR_FAILED_TO_CREATE",
                            "the actor did not start (%s)%s".formatted(reason, why))
                    .with("actor", actor.id().toString())
                    .with("reason", reason);
        }
        return actor;
    }

    Actor get(Environment environment, ActorId id) {
        return repository
                .find(id)
                .filter(actor -> actor.environmentId().equals(environment.id()))
                .orElseThrow(() -> absent(id.toString()));
    }

    /** Repeating it is harmless; a shorter grace than before counts. @param graceMs absent: the actor's own */
    void destroy(Environment environment, ActorId id, @Nullable Long graceMs) {
        var grace =
                ActorChecks.overrideGrace(graceMs, get(environment, id).setup().grace());
        moves.move(id, moment -> new ActorEvent.DestroyRequested(moment.now(), grace));
    }

    void upgrade(Environment environment, ActorId id, Build build) {
        var actor = get(environment, id);
        requireSameKind(actor, build);
        var after = moves.move(
                id,
                now -> now.state().ending() ? now : now.with(build.id()),
                moment -> new ActorEvent.UpgradeRequested(
                        moment.now(), moment.actor().setup().grace()));
        if (after.isEmpty() || after.get().state().ending()) {
            throw Problem.conflict("ACTOR_DESTROYED", "actor: %s is destroyed".formatted(id));
        }
    }

    /** Those of another kind of build, and those that end meanwhile, are left out. @return how many were upgraded */
    long upgradeAll(Environment environment, Map<String, String> tags, Build build) {
        var count = 0L;
        ActorId last = null;
        while (true) {
            var ids = repository.livingWith(environment.id(), tags, last, UPGRADED_AT_ONCE);
            for (var id : ids) {
                count += upgraded(environment, id, build) ? 1 : 0;
            }
            if (ids.size() < UPGRADED_AT_ONCE) {
                return count;
            }
            last = ids.getLast();
        }
    }

    private boolean upgraded(Environment environment, ActorId id, Build build) {
        try {
            upgrade(environment, id, build);
            return true;
        } catch (Problem _) {
            return false;
        }
    }

    /** An actor keeps its setup, which was checked against its kind of build. */
    private void requireSameKind(Actor actor, Build build) {
        var now = builds.find(actor.build()).map(Build::kind).orElse(build.kind());
        if (now != build.kind()) {
            throw Problem.badField("build", build.kind(), "a %s build, as the actor has".formatted(now));
        }
    }

    static Problem absent(String id) {
        return Problem.notFound("ACTOR_NOT_FOUND", "actor: no '%s'".formatted(id))
                .at("actor");
    }
}
