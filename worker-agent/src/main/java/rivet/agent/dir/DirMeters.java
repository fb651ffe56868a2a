package rivet.agent.dir;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** How much is in directories, and what becomes of their checkpoints. Thread-safe. */
final class DirMeters {

    private final MeterRegistry registry;
    private final Counter taken;
    private final Map<DirRefused.Kind, Counter> refused = new EnumMap<>(DirRefused.Kind.class);
    private final Counter kept;
    private final Counter notKept;

    DirMeters(MeterRegistry registry) {
        this.registry = registry;
        this.taken = checkpoints("asked", "done");
        for (var kind : DirRefused.Kind.values()) {
            refused.put(kind, checkpoints("asked", kind.name().toLowerCase(Locale.ROOT)));
        }
        this.kept = checkpoints("stopped", "done");
        this.notKept = checkpoints("stopped", "failed");
    }

    interface Work {

        long done() throws DirRefused, InterruptedException;
    }

    /** A checkpoint that an actor asks for. */
    long asked(Work work) throws DirRefused, InterruptedException {
        try {
            long number = work.done();
            taken.increment();
            return number;
        } catch (DirRefused e) {
            var counter = refused.get(e.kind());
            if (counter != null) {
                counter.increment();
            }
            throw e;
        }
    }

    /** What a process left was brought away, or not. */
    void stopped(boolean isKept) {
        (isKept ? kept : notKept).increment();
    }

    /** Has those that processes use watched. */
    void watch(Collection<Dir> used) {
        Gauge.builder(
                        "rivet.agent.dirs",
                        used,
                        dirs -> dirs.stream().mapToLong(Dir::bytes).sum())
                .description("In the directories of actors that run, as they were looked at last.")
                .baseUnit("bytes")
                .register(registry);
    }

    private Counter checkpoints(String cause, String outcome) {
        return Counter.builder("rivet.agent.checkpoints")
                .description("Checkpoints that were to be brought to the control plane.")
                .tag("cause", cause)
                .tag("outcome", outcome)
                .register(registry);
    }
}
