package rivet.agent.supervise;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import rivet.agent.supervise.Verdict.Cause;
import rivet.protocol.Health;

/** Whether a start is over: first its ports are open, then the program says so itself, then it answers; where that is wanted. */
final class StartChecks {

    private final Readiness ports;
    private final boolean signal;
    private final CompletableFuture<Void> said;
    private final @Nullable HttpProbe http;
    private final Runnable nudge;
    private @Nullable CompletableFuture<Optional<String>> asking;
    private String unanswered = "it was not asked yet";

    /**
     * @param said completes when the program says that it is ready
     * @param nudge called when it is worth looking again
     */
    StartChecks(
            Readiness ports,
            Health health,
            Map<String, Integer> numbers,
            CompletableFuture<Void> said,
            Runnable nudge) {
        this.ports = ports;
        this.signal = health.signal();
        this.said = said;
        this.http = health.ready() == null ? null : probe(health.ready(), numbers);
        this.nudge = nudge;
        if (signal) {
            var _ = said.thenRun(nudge);
        }
    }

    /** Of a port that the actor has: that was checked when it was created. */
    static HttpProbe probe(Health.HttpCheck check, Map<String, Integer> numbers) {
        return new HttpProbe(check, numbers.getOrDefault(check.port(), 0));
    }

    /** Looks once more; does not wait for answers. */
    boolean isReady() {
        return ports.allOpen() && (!signal || said.isDone()) && (http == null || answers(http));
    }

    Duration pause() {
        return ports.pause();
    }

    /** Why it is not ready. */
    Cause missing(long deadlineMs) {
        var closed = ports.firstClosed();
        if (closed.isPresent()) {
            var port = closed.get();
            return new Cause.PortClosed(port.getKey(), port.getValue(), ActorPorts.variable(port.getKey()), deadlineMs);
        }
        return new Cause.NotReady(signal && !said.isDone() ? "it did not call ctx.ready()" : unanswered, deadlineMs);
    }

    private boolean answers(HttpProbe probe) {
        if (asking == null) {
            asking = probe.ask();
            var _ = asking.thenRun(nudge);
        }
        if (!asking.isDone()) {
            return false;
        }
        var wrong = asking.join();
        asking = null;
        wrong.ifPresent(failure -> unanswered = failure);
        return wrong.isEmpty();
    }
}
