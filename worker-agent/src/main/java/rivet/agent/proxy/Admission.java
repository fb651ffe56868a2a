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

        /** It waits until a route of this agent changes; and gets {@code otherwise} when that takes too long. */
        record Hold(Problem otherwise) implements Verdict {}

        /** It waits for what only the control plane knows, which is asked again after a while. */
        record Watch(Problem otherwise) implements Verdict {}

        /** This agent does not know the actor: the control plane may. */
        record Ask() implements Verdict {}

        record Refuse(Problem problem) implements Verdict {}
    }

    static final Verdict ASK = new Verdict.Ask();
    private static final Verdict HOLD_STARTING = new Verdict.Hold(Problem.STARTING);
    private static final Verdict HOLD_CRASHED = new Verdict.Hold(Problem.CRASH_LOOP);

    private static final Verdict WATCH_STARTING = new Verdict.Watch(Problem.STARTING);
    private static final Verdict WATCH_CRASHED = new Verdict.Watch(Problem.CRASH_LOOP);
    private static final Verdict WATCH_RESTARTING = new Verdict.Watch(Problem.RESTARTING);

    private static final Verdict REMOTE = new Verdict.Refuse(Problem.REMOTE_ACTOR);

    /** What is the most to be hoped for comes first. */
    private static final List<Verdict> HOPEFUL = List.of(WATCH_STARTING, WATCH_RESTARTING, WATCH_CRASHED, REMOTE);

    private Admission() {}

    static Verdict of(RouteTable.@Nullable Entry entry, String port, PortKind kind) {
        if (entry == null) {
            return ASK;
        }
        Target target = entry.target(port, kind);
        if (target == null) {
            return new Verdict.Refuse(Problem.portNotFound(port, entry.names(kind)));
        }
        return switch (entry.route().status()) {
            case READY -> new Verdict.Carry(target);
            case STARTING -> HOLD_STARTING;
            case CRASHED -> HOLD_CRASHED;
            case STOPPING -> ASK; // it may be started again, here or elsewhere
        };
    }

    /** Of the actors that a custom route leads to, where none is ready here or can be reached elsewhere. */
    static Verdict of(List<ActorLocation> actors, AgentId self) {
        List<Verdict> each =
                actors.stream().map(actor -> of(Optional.of(actor), self)).toList();
        for (Verdict hopeful : HOPEFUL) {
            if (each.contains(hopeful)) {
                return hopeful;
            }
        }
        return new Verdict.Refuse(Problem.NO_ACTOR);
    }

    /** Of an actor that does not run elsewhere: what is on its way is waited for, here or there. */
    static Verdict of(Optional<ActorLocation> answer, AgentId self) {
        if (answer.isEmpty()) {
            return new Verdict.Refuse(Problem.ACTOR_NOT_FOUND);
        }
        ActorLocation location = answer.get();
        boolean elsewhere = location.agent() != null && !self.equals(location.agent());
        return switch (location.state()) {
            case "destroyed" -> new Verdict.Refuse(Problem.ACTOR_DESTROYED);
            case "stopping" -> new Verdict.Refuse(Problem.STOPPING);
            case "crash_backoff" -> WATCH_CRASHED;
            case "restarting" -> WATCH_RESTARTING;
            case "running" -> elsewhere ? REMOTE : WATCH_STARTING;
            default -> WATCH_STARTING;
        };
    }
}
