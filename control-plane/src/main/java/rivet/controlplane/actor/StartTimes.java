package rivet.controlplane.actor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.metrics.Buckets;

/** How long the control plane's part of a start takes (the agents time theirs), and how often that of a new build fails. */
@Component
final class StartTimes {

    private final Timer queue;
    private final Timer place;
    private final Timer whole;
    private final Counter rolledBack;
    private final SleepTimes sleeps;

    StartTimes(MeterRegistry registry) {
        this.queue = phase(registry, "queue");
        this.place = phase(registry, "place");
        this.whole = Timer.builder("rivet.actor.start")
                .description("From the create to ready, where it was the actor's first start.")
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
        this.rolledBack = Counter.builder("rivet.upgrades.rolled.back")
                .description("Actors that have the build before again, because the new one did not become ready.")
                .register(registry);
        this.sleeps = new SleepTimes(registry);
    }

    /** Times of states are the database's, in whole milliseconds. */
    void moved(Actor before, Actor after, ActorEvent event, AskedBy by) {
        sleeps.moved(before, after, event, by);
        if (before.state() instanceof Pending waiting && after.state() instanceof Starting started) {
            queue.record(Duration.between(waiting.since(), started.since()));
        }
        if (after.generation() == 1 && before.state() instanceof Starting && after.state() instanceof Running running) {
            whole.record(Duration.between(after.createdAt(), running.since()));
        }
        if (isOpen(before) && after.upgrade() != null && !after.upgrade().isOpen()) {
            rolledBack.increment();
        }
    }

    private static boolean isOpen(Actor actor) {
        return actor.upgrade() != null && actor.upgrade().isOpen();
    }

    void placed(Duration took) {
        place.record(took);
    }

    private static Timer phase(MeterRegistry registry, String phase) {
        return Timer.builder("rivet.actor.start.phase")
                .description("How long each phase of an actor's start took.")
                .tag("phase", phase)
                .serviceLevelObjectives(Buckets.quick())
                .register(registry);
    }
}
