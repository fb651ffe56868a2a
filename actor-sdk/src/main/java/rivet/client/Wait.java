package rivet.client;

import java.time.Duration;

/**
 * Waits until an actor is where it is wanted, by requests that the server holds. Longer waits are several requests, because
 * what lies between client and server may cut one that says nothing for long.
 */
final class Wait {

    private static final Duration LONGEST_HOLD = Duration.ofSeconds(25);

    /** What the answer may take beyond the time that the server was asked to hold it. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    /** A server that does not hold requests is not to be asked without a break. */
    private static final Duration BETWEEN_ANSWERS = Duration.ofMillis(250);

    enum Goal {
        READY("ready"),
        /** It runs what it was upgraded to, or sleeps, and will when it wakes. */
        UPGRADED("ready"),
        DESTROYED("destroyed");

        private final String parameter;

        Goal(String parameter) {
            this.parameter = parameter;
        }
    }

    private final Transport transport;
    private final Goal goal;
    private final Duration timeout;
    private final long end;

    Wait(Transport transport, Goal goal, Duration timeout) {
        this.transport = transport;
        this.goal = goal;
        this.timeout = Checks.notNegative("timeout", timeout);
        this.end = System.nanoTime() + timeout.toNanos();
    }

    /** @param first its answer is the actor; from then on the actor is asked for */
    Actor from(Call first) {
        var actor = ask(first);
        while (!reached(actor)) {
            if (left().isZero()) {
                throw timedOut(actor);
            }
            transport.pause(BETWEEN_ANSWERS, new Cancellation());
            actor = ask(Call.get("/actors/" + Transport.encode(actor.id())));
        }
        return actor;
    }

    private Actor ask(Call call) {
        var hold = left().compareTo(LONGEST_HOLD) < 0 ? left() : LONGEST_HOLD;
        var held = call.with("wait", goal.parameter).with("timeout", Long.toString(hold.toMillis()));
        var most = call.method().equals("GET")
                ? hold.plus(MARGIN)
                : transport.settings().callTimeout();
        return transport.send(held, Actors.One.class, most, new Cancellation()).actor();
    }

    private boolean reached(Actor actor) {
        return switch (goal) {
            case DESTROYED -> actor.state() == ActorState.DESTROYED;
            case READY -> isRunning(actor);
            case UPGRADED -> (isRunning(actor) && !waitsUntilIdle(actor)) || actor.state() == ActorState.SLEEPING;
        };
    }

    private static boolean waitsUntilIdle(Actor actor) {
        return actor.upgrade() != null && actor.upgrade().waitsUntil() != null;
    }

    private static boolean isRunning(Actor actor) {
        // Not while it is only stopping: during an upgrade it is on its way back.
        if (actor.state() == ActorState.DESTROYED || actor.destroyedAt() != null) {
            throw new RivetException.ActorEnded(actor);
        }
        return actor.state() == ActorState.RUNNING;
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    private RivetException timedOut(Actor actor) {
        var reason = actor.reason() == null ? "" : ", reason " + actor.reason();
        var message = "actor %s was not %s after %s: it is %s%s"
                .formatted(actor.id(), goal.parameter, timeout, actor.state(), reason);
        return new RivetException.TimedOut(RivetException.Failure.ofClient("CLIENT_TIMEOUT", message));
    }
}
