package rivet.agent.proxy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

/** Decides what becomes of a request. Pure. */
final class Admission {

    /** What was decided. */
    sealed interface Verdict {
        record Carry(Target target) implements Verdict {}

        /** It waits; and gets {@code otherwise} when that takes too long. */
        record Hold(Problem otherwise) implements Verdict {}

        /** This agent does not know the actor: the control plane may. */
        record Ask() implements Verdict {}

        record Refuse(Problem problem) implements Verdict {}
    }

    private static final Verdict ASK = new Verdict.Ask();
    private static final Verdict HOLD_STARTING = new Verdict.Hold(Problem.STARTING);
    private static final Verdict HOLD_CRASHED = new Verdict.Hold(Problem.CRASH_LOOP);

    private Admission() {}

    static Verdict of(RouteTable.@Nullable Entry entry, Destination destination) {
        if (entry == null) {
            return ASK;
        }
        Target target = entry.target(destination);
        if (target == null) {
            return new Verdict.Refuse(Problem.portNotFound(
                    destination.port(),
                    entry.targets().stream().map(Target::name).sorted().toList()));
        }
        return switch (entry.route().status()) {
            case READY -> new Verdict.Carry(target);
            case STARTING -> HOLD_STARTING;
            case CRASHED -> HOLD_CRASHED;
            case STOPPING -> new Verdict.Refuse(Problem.STOPPING);
        };
    }

    /** Where none of a custom route's actors is on this agent. */
    static Verdict of(List<ActorLocation> actors, AgentId self) {
        boolean starting = false;
        boolean crashed = false;
        for (ActorLocation actor : actors) {
            boolean ours = actor.agent() == null || self.equals(actor.agent());
            if (!ours && !actor.state().equals("stopping")) {
                return new Verdict.Refuse(Problem.REMOTE_ACTOR);
            }
            starting |=
                    ours && (actor.state().equals("pending") || actor.state().equals("starting"));
            crashed |= ours && actor.state().equals("crash_backoff");
        }
        if (starting) {
            return HOLD_STARTING;
        }
        return crashed ? HOLD_CRASHED : new Verdict.Refuse(Problem.NO_ACTOR);
    }

    /** An actor that is nowhere yet, or ours while its route is still to come, is waited for. */
    static Verdict of(Optional<ActorLocation> answer, AgentId self) {
        if (answer.isEmpty()) {
            return new Verdict.Refuse(Problem.ACTOR_NOT_FOUND);
        }
        ActorLocation location = answer.get();
        if (location.state().equals("destroyed")) {
            return new Verdict.Refuse(Problem.ACTOR_DESTROYED);
        }
        AgentId owner = location.agent();
        if (owner != null && !owner.equals(self)) {
            return new Verdict.Refuse(Problem.REMOTE_ACTOR);
        }
        return switch (location.state()) {
            case "stopping" -> new Verdict.Refuse(Problem.STOPPING);
            case "crash_backoff" -> HOLD_CRASHED;
            default -> HOLD_STARTING;
        };
    }
}
