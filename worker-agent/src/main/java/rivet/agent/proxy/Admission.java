package rivet.agent.proxy;

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
