package rivet.cli.actor;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pause;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;

/** Puts an actor to sleep that somebody may wake at any time, and does what can only be done to one that sleeps. */
final class Slumber {

    static final String ASLEEP = "sleeping";

    private static final Duration INTERVAL = Duration.ofMillis(100);

    /** On top of its grace: what is in its directory is brought to the control plane first. */
    private static final Duration MARGIN = Duration.ofMinutes(2);

    private final ControlPlaneClient server;
    private final Output output;

    Slumber(ControlPlaneClient server, Output output) {
        this.server = server;
        this.output = output;
    }

    /**
     * Puts it to sleep and does the work; again for as long as somebody wakes it in between and there is time.
     *
     * @param work fails with {@code ACTOR_NOT_ASLEEP} if it is awake
     */
    <T> T during(ActorView actor, Supplier<T> work) {
        long giveUp = giveUp(actor);
        while (true) {
            fallAsleep(ActorId.parse(actor.id()), giveUp);
            try {
                return work.get();
            } catch (Failure e) {
                if (!e.report().code().equals("ACTOR_NOT_ASLEEP") || System.nanoTime() >= giveUp) {
                    throw e;
                }
                output.progress("somebody woke it: once more");
            }
        }
    }

    /** Returns when it sleeps. */
    ActorView await(ActorView actor) {
        return fallAsleep(ActorId.parse(actor.id()), giveUp(actor));
    }

    private static long giveUp(ActorView actor) {
        return System.nanoTime()
                + MARGIN.plusMillis(actor.lifecycle().killTimeout()).toNanos();
    }

    /** Asked for again where somebody wakes it on the way. */
    private ActorView fallAsleep(ActorId id, long giveUp) {
        server.call("POST", "/actors/%s/sleep".formatted(id), Map.of(), null);
        var told = "";
        while (true) {
            var actor = server.actor(id);
            if (actor.state().equals(ASLEEP)) {
                return actor;
            }
            var state = ActorText.state(actor);
            if (!state.equals(told)) {
                output.progress("putting it to sleep: it is " + state);
                told = state;
            }
            if (System.nanoTime() >= giveUp) {
                throw new Failure(ExitCode.FAILED, "NOT_ASLEEP_IN_TIME", "actor %s is still %s".formatted(id, state))
                        .withRemedy("each request that comes to it wakes it: keep them away meanwhile");
            }
            if (!actor.state().equals("stopping")) { // somebody has woken it, or it is gone
                server.call("POST", "/actors/%s/sleep".formatted(id), Map.of(), null);
            }
            Pause.of(INTERVAL);
        }
    }
}
