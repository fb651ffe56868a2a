package rivet.controlplane.actor;

import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.web.Problem;
import rivet.protocol.BuildId;

/** Holds a request until an actor is where its caller wants it, or the time is over. */
@Component
final class ActorWaits {

    private final ActorRepository repository;
    private final ActorMoves moves;
    private final ActorSettings settings;
    private final InstantSource clock;

    ActorWaits(ActorRepository repository, ActorMoves moves, ActorSettings settings, InstantSource clock) {
        this.repository = repository;
        this.moves = moves;
        this.settings = settings;
        this.clock = clock;
    }

    enum Goal {
        /** It runs, or waiting does not bring that about: it ends, or sleeps until somebody wants it. */
        READY,
        /** Likewise, and no new build waits for it to be idle. */
        UPGRADED,
        /** Nothing of it is left. */
        DESTROYED;

        boolean isReached(Actor actor) {
            var state = actor.state();
            return switch (this) {
                case READY -> state instanceof Running || state instanceof Sleeping || state.ending();
                case UPGRADED ->
                    state instanceof Running running
                            ? running.upgrade() == null
                            : state instanceof Sleeping || state.ending();
                case DESTROYED -> state instanceof Destroyed;
            };
        }
    }

    /** What a caller asked for, checked. */
    record Wait(Goal goal, Duration atMost) {}

    /** Reads the parameters {@code wait} and {@code timeout}. @return absent if there is nothing to wait for */
    @Nullable
    Wait parse(@Nullable String wait, @Nullable Long timeoutMs) {
        if (wait != null) {
            return new Wait(goal(wait), timeout(timeoutMs));
        }
        if (timeoutMs != null) {
            throw Problem.badParameter("timeout", "given without wait", "none, or wait=ready or wait=destroyed");
        }
        return null;
    }

    private static Goal goal(String wait) {
        return switch (wait) {
            case "ready" -> Goal.READY;
            case "destroyed" -> Goal.DESTROYED;
            default -> throw Problem.badParameter("wait", wait, "ready or destroyed");
        };
    }

    private Duration timeout(@Nullable Long ms) {
        if (ms == null) {
            return settings.waitTimeout();
        }
        if (ms < 0 || ms > settings.waitMax().toMillis()) {
            throw Problem.badParameter(
                    "timeout",
                    ms,
                    "0 to %d milliseconds".formatted(settings.waitMax().toMillis()));
        }
        return Duration.ofMillis(ms);
    }

    /** Until it runs. As {@code network.wait_ready} of the published client means it. */
    Wait ready() {
        return new Wait(Goal.READY, settings.waitTimeout());
    }

    /** @return the actor as it is when the wait ends, whether or not it got there */
    Actor await(Actor actor, @Nullable Wait wait) {
        return wait == null || wait.goal().isReached(actor) ? actor : held(actor, wait);
    }

    /** @throws Problem if the build was rolled back meanwhile */
    Actor upgraded(Actor actor, BuildId to, Wait wait) {
        var after = await(actor, wait.goal() == Goal.READY ? new Wait(Goal.UPGRADED, wait.atMost()) : wait);
        var upgrade = after.upgrade();
        if (upgrade != null && upgrade.to().equals(to) && !upgrade.isOpen()) {
            throw Problem.conflict(
                            "UPGRADE_ROLLED_BACK",
                            "build %s did not become ready, and the actor has build %s again: %s"
                                    .formatted(to, upgrade.from(), upgrade.failure()))
                    .at("build")
                    .with("build", to.toString())
                    .with("previous_build", upgrade.from().toString());
        }
        return after;
    }

    private Actor held(Actor actor, Wait wait) {
        var deadline = clock.instant().plus(wait.atMost());
        try (var watch = moves.watch(actor.id())) {
            while (true) {
                var now = repository.find(actor.id()).orElse(actor);
                var left = Duration.between(clock.instant(), deadline);
                if (wait.goal().isReached(now) || !left.isPositive() || !watch.await(left)) {
                    return now;
                }
            }
        }
    }
}
