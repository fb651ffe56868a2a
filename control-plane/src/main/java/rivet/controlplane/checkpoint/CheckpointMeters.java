package rivet.controlplane.checkpoint;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import rivet.controlplane.checkpoint.Checkpoint.Cause;
import rivet.controlplane.metrics.Buckets;
import rivet.controlplane.web.Problem;

/** How long it takes to take a checkpoint and to bring one back, by what comes of it, and how much was kept. */
@Component
final class CheckpointMeters {

    private final MeterRegistry registry;
    private final Counter dirBytes;
    private final Counter storeBytes;

    CheckpointMeters(MeterRegistry registry) {
        this.registry = registry;
        this.dirBytes = bytes("dir");
        this.storeBytes = bytes("store");
        for (var cause : List.of(Cause.ASKED, Cause.STOPPED, Cause.OPERATOR, Cause.RESTORED)) {
            for (var outcome : List.of("done", "refused", "busy", "failed")) {
                timer(cause, outcome); // from the first look at the metrics on, with 0
            }
        }
    }

    interface Work<T, E extends Exception> {

        T done() throws E;
    }

    <T, E extends Exception> T timed(Cause cause, Work<T, E> work) throws E {
        long begun = System.nanoTime();
        var outcome = "failed";
        try {
            var result = work.done();
            outcome = "done";
            return result;
        } catch (Problem e) {
            outcome = outcome(e);
            throw e;
        } finally {
            timer(cause, outcome).record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }
    }

    /** Of a directory, as stored. */
    void keptDir(long bytes) {
        dirBytes.increment((double) bytes);
    }

    /** Keys and values. */
    void keptStore(long bytes) {
        storeBytes.increment((double) bytes);
    }

    /** What was not kept because it may not be is nobody's fault; what did not come whole is. */
    private static String outcome(Problem problem) {
        return switch (problem.code()) {
            case StoreCopies.BUSY -> "busy";
            case Checkpoints.UPLOAD_INVALID -> "failed";
            default -> problem.status().is4xxClientError() ? "refused" : "failed";
        };
    }

    private Timer timer(Cause cause, String outcome) {
        return Timer.builder("rivet.checkpoints")
                .description("Checkpoints that were to be taken, or brought back.")
                .tag("cause", cause.toString())
                .tag("outcome", outcome)
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
    }

    private Counter bytes(String part) {
        return Counter.builder("rivet.checkpoint.taken")
                .description("What was kept in checkpoints, as it is stored.")
                .baseUnit("bytes")
                .tag("part", part)
                .register(registry);
    }
}
