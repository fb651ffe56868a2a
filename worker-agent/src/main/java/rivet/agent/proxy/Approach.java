package rivet.agent.proxy;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;

/**
 * A visitor's way to the actor's door: asks where the actor is, and waits while it is not ready. Of a request only the head
 * has been read meanwhile, and of a connection nothing; the rest stays with the client.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the lane reports what fails
final class Approach implements HeldRequests.Waiter {

    private enum Stage {
        DECIDING,
        ASKING,
        HELD,
        LEFT
    }

    /** Who wants to get to an actor's port. */
    interface Visitor {

        void admitted(Target target);

        void fail(Problem problem);

        /** False where it has been told that it may not. */
        boolean mayWait();
    }

    private final Visitor visitor;
    private final Lane lane;
    private final Door to;
    private Stage stage = Stage.DECIDING;
    private Problem otherwise = Problem.STARTING;
    private @Nullable ScheduledFuture<?> holdEnds;
    private @Nullable ScheduledFuture<?> again;
    private @Nullable Long heldSince;

    Approach(Visitor visitor, Lane lane, Door to) {
        this.visitor = visitor;
        this.lane = lane;
        this.to = to;
    }

    /** Ends in one of {@link Visitor#admitted} and {@link Visitor#fail}, now or later. */
    void decide() {
        act(to.look(lane));
    }

    private void act(Verdict verdict) {
        switch (verdict) {
            case Verdict.Carry(Target target)
            when !target.isElsewhere() && !lane.mayServe() -> visitor.fail(to.unserved());
            case Verdict.Carry(Target target) -> {
                leave();
                visitor.admitted(target);
            }
            case Verdict.Hold(Problem problem) -> hold(problem, verdict);
            case Verdict.Watch(Problem problem) -> {
                hold(problem, Admission.ASK); // or it would not have been asked
                lookAgainLater();
            }
            case Verdict.Ask() -> ask();
            case Verdict.Refuse(Problem problem) -> visitor.fail(problem);
        }
    }

    private void ask() {
        CompletionStage<Verdict> answer = to.ask(lane);
        if (answer == null) {
            visitor.fail(Problem.OVERLOADED);
            return;
        }
        stage = stage == Stage.HELD ? Stage.HELD : Stage.ASKING;
        answer.exceptionally(_ -> new Verdict.Refuse(Problem.LOCATION_UNKNOWN))
                .thenAccept(verdict -> lane.loop().execute(() -> told(verdict)));
    }

    private void told(Verdict verdict) {
        if (stage != Stage.ASKING && stage != Stage.HELD) {
            return;
        }
        if (to.look(lane) instanceof Verdict.Ask) {
            act(verdict);
        } else {
            decide();
        }
    }

    /** No change of a route here wakes a request whose actor is elsewhere or nowhere. */
    private void lookAgainLater() {
        if (stage == Stage.HELD && again == null) {
            again = lane.later(this::lookAgain, RemoteActors.PAUSE);
        }
    }

    /** @param seen what was seen of the actor's routes here */
    private void hold(Problem problem, Verdict seen) {
        otherwise = problem;
        if (stage == Stage.HELD) {
            return;
        }
        if (lane.draining()) {
            visitor.fail(Problem.SHUTTING_DOWN);
        } else if (!visitor.mayWait()) {
            return; // it has its answer
        } else if (!lane.held().add(to.awaited(), to.port(), this)) {
            visitor.fail(Problem.TOO_MANY_WAITING);
        } else {
            stage = Stage.HELD;
            holdEnds = lane.later(this::heldTooLong, patience());
            // The route may have changed, or be gone, between the look and the entry in the list.
            if (!to.look(lane).equals(seen)) {
                decide();
            }
        }
    }

    /** Whoever is sent away by one owner and waits for the next has waited all the while. */
    private Duration patience() {
        long now = System.nanoTime();
        if (heldSince == null) {
            heldSince = now;
        }
        long left = lane.times().hold().toNanos() - (now - heldSince);
        return Duration.ofNanos(Math.max(0, left));
    }

    private void heldTooLong() {
        if (stage == Stage.HELD) {
            visitor.fail(otherwise);
        }
    }

    @Override
    public void wake() {
        lane.loop().execute(this::lookAgain);
    }

    private void lookAgain() {
        if (again != null) {
            again.cancel(false);
            again = null;
        }
        if (stage == Stage.HELD) {
            decide();
        }
    }

    /** Waits no more. */
    void leave() {
        if (stage == Stage.HELD) {
            lane.held().remove(to.awaited(), to.port(), this);
        }
        if (holdEnds != null) {
            holdEnds.cancel(false);
            holdEnds = null;
        }
        if (again != null) {
            again.cancel(false);
            again = null;
        }
        stage = Stage.LEFT;
    }
}
