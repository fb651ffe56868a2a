package rivet.controlplane.kv;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import rivet.controlplane.metrics.Buckets;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvWire;

/** How long calls of one kind take, by what comes of them. All meters are made before the first call. Thread-safe. */
final class CallTimes {

    private static final int DONE = 0;

    private final Timer unknown;

    /** By the first byte of an answer: {@link #DONE}, or the number of a {@link Code}. */
    private final Timer[] answered;

    /** @param refusals that may come; what else does counts as unknown */
    CallTimes(MeterRegistry registry, String kind, Code... refusals) {
        this.unknown = timer(registry, kind, "unknown");
        this.answered = new Timer[Code.values().length + 1];
        Arrays.fill(answered, unknown);
        answered[DONE] = timer(registry, kind, "done");
        for (var code : refusals) {
            answered[code.number()] = timer(registry, kind, code.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Counts what fails as unknown. */
    List<KvAnswer> timed(Supplier<List<KvAnswer>> call) {
        long begun = System.nanoTime();
        var outcome = unknown;
        try {
            var answers = call.get();
            outcome = answered[status(answers)];
            return answers;
        } finally {
            record(outcome, begun);
        }
    }

    /** @param answers joined; empty: nobody knows what became of it */
    void done(long begun, Bytes answers) {
        record(answers.length() == 0 ? unknown : answered[status(answers)], begun);
    }

    /** Of the first that was refused. */
    private static int status(List<KvAnswer> answers) {
        for (var answer : answers) {
            if (answer instanceof Refused refused) {
                return refused.code().number();
            }
        }
        return DONE;
    }

    private static int status(Bytes answers) {
        for (var answer : KvWire.split(answers.array())) {
            if (answer[0] != DONE) {
                return answer[0];
            }
        }
        return DONE;
    }

    private static void record(Timer timer, long begun) {
        timer.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }

    private static Timer timer(MeterRegistry registry, String kind, String outcome) {
        return Timer.builder("rivet.store.calls")
                .description("Calls of agents for the stores of their actors.")
                .tag("kind", kind)
                .tag("outcome", outcome)
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
    }
}
