package rivet.controlplane.actor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import rivet.controlplane.actor.ActorEvent.WakeRequested;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Then;
import rivet.controlplane.metrics.Buckets;
import rivet.protocol.ActorId;

/** How often actors fall asleep and are woken, why, and how long it takes until they run. Thread-safe. */
final class SleepTimes {

    /** Beyond that the ones that were woken first are not timed. */
    private static final int MOST_WAKING = 10_000;

    private final Map<String, Counter> sleeps;
    private final Counter wokenByRequest;
    private final Counter wokenByAlarm;
    private final Counter wokenByCaller;
    private final Timer wake;

    /** Since when each is to wake that does not run yet. */
    private final SequencedMap<ActorId, Instant> waking = new LinkedHashMap<>();

    SleepTimes(MeterRegistry registry) {
        this.sleeps = Stream.of(Then.values())
                .filter(Then::sleeps)
                .collect(Collectors.toMap(
                        Then::why,
                        then -> Counter.builder("rivet.actor.sleeps")
                                .description("Actors that fell asleep.")
                                .tag("reason", then.why())
                                .register(registry)));
        this.wokenByRequest = wakes(registry, "request");
        this.wokenByAlarm = wakes(registry, "alarm");
        this.wokenByCaller = wakes(registry, "caller");
        this.wake = Timer.builder("rivet.actor.wake")
                .description("From being woken to ready.")
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
    }

    void moved(Actor before, Actor after, ActorEvent event, AskedBy by) {
        if (event instanceof WakeRequested) {
            woken(by).increment();
            remember(after.id(), event.when());
        }
        switch (after.state()) {
            case Sleeping(var _, var reason) -> {
                forget(after.id());
                var counter = sleeps.get(reason);
                if (counter != null) {
                    counter.increment();
                }
            }
            case Running running when before.state() instanceof Starting -> ready(after.id(), running.since());
            case CrashBackoff _, Destroyed _ -> forget(after.id());
            case Pending _, Starting _, Running _, Stopping _ -> {}
        }
    }

    private Counter woken(AskedBy by) {
        if (by.equals(AskedBy.AGENT)) {
            return wokenByRequest;
        }
        return by.isLoop() ? wokenByAlarm : wokenByCaller;
    }

    private synchronized void remember(ActorId actor, Instant since) {
        waking.putLast(actor, since);
        if (waking.size() > MOST_WAKING) {
            waking.pollFirstEntry();
        }
    }

    private synchronized void forget(ActorId actor) {
        waking.remove(actor);
    }

    private synchronized void ready(ActorId actor, Instant now) {
        var since = waking.remove(actor);
        if (since != null) {
            wake.record(Duration.between(since, now));
        }
    }

    private static Counter wakes(MeterRegistry registry, String reason) {
        return Counter.builder("rivet.actor.wakes")
                .description("Actors that slept, or were about to, and were woken.")
                .tag("reason", reason)
                .register(registry);
    }
}
