package rivet.agent.supervise;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.link.ActorReport.Phase;

/** Where one generation is on its way from fetch to exit. */
sealed interface ProcessState {

    /** Its build is being brought here; no process exists. */
    record Fetching() implements ProcessState {}

    /** Others are starting, and it has its turn after them; no process exists. */
    record Queued() implements ProcessState {}

    /** From here on, it counts as started for ever. */
    record Spawning() implements ProcessState {}

    /** There is a process, and its ports are not all open. */
    record Listening() implements ProcessState {}

    /** @param rest why it need not run; absent: it has to */
    record Running(Map<String, Integer> ports, Phase.@Nullable Rest rest) implements ProcessState {}

    record Stopping() implements ProcessState {}

    /** It ended by itself, and what it left is being kept for the next start. */
    record Keeping() implements ProcessState {}

    /** No process of it is left. */
    record Exited(Phase.Down down) implements ProcessState {}

    default Phase phase() {
        return switch (this) {
            case Fetching _ -> new Phase.Starting("fetch");
            case Queued _ -> new Phase.Starting("queue");
            case Spawning _ -> new Phase.Starting("spawn");
            case Listening _ -> new Phase.Starting("listen");
            case Running(var ports, var rest) -> new Phase.Up(ports, rest);
            case Stopping _ -> new Phase.Stopping();
            case Keeping _ -> new Phase.Starting("keep");
            case Exited(var down) -> down;
        };
    }
}
