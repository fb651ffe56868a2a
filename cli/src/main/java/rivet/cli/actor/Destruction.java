package rivet.cli.actor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pause;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;

/** Waits until nothing of an actor is left. */
public final class Destruction {

    /** On top of the actor's grace. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final String DESTROYED = "destroyed";

    private final ControlPlaneClient server;

    public Destruction(ControlPlaneClient server) {
        this.server = server;
    }

    /** @param graceMs what the destruction was asked for with; absent: the actor's own */
    public ActorView await(ActorId id, @Nullable Long graceMs) {
        long start = System.nanoTime();
        while (true) {
            var actor = server.actor(id);
            if (actor.state().equals(DESTROYED)) {
                return actor;
            }
            long grace = graceMs == null ? actor.lifecycle().killTimeout() : graceMs;
            if (System.nanoTime() - start > MARGIN.plusMillis(grace).toNanos()) {
                throw new Failure(
                        ExitCode.FAILED,
                        "NOT_DESTROYED_IN_TIME",
                        "actor %s is still %s after its grace of %d ms and %d s more"
                                .formatted(id, actor.state(), grace, MARGIN.toSeconds()));
            }
            Pause.of(INTERVAL);
        }
    }
}
