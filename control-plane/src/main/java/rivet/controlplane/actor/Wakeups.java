package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import rivet.protocol.ActorId;

/**
 * Lets a request wait for something about an actor. A wake-up is a hint to look again, and it comes from this process only:
 * who waits looks by itself every second as well.
 */
public final class Wakeups {

    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(1);

    private final ConcurrentHashMap<ActorId, Set<Semaphore>> watches = new ConcurrentHashMap<>();

    public void tell(ActorId actor) {
        watches.getOrDefault(actor, Set.of()).forEach(Semaphore::release);
    }

    /** From now on each {@link #tell} about one of these actors ends a wait. */
    public Watch watch(Set<ActorId> actors) {
        var watch = new Watch(Set.copyOf(actors));
        actors.forEach(actor -> watches.compute(actor, (_, set) -> {
            var known = set == null ? ConcurrentHashMap.<Semaphore>newKeySet() : set;
            known.add(watch.told);
            return known;
        }));
        return watch;
    }

    /** One waiter. */
    public final class Watch implements AutoCloseable {
        private final Semaphore told = new Semaphore(0);
        private final Set<ActorId> actors;

        private Watch(Set<ActorId> actors) {
            this.actors = actors;
        }

        /** Returns when it is time to look again, at the latest after a second. @return false if interrupted */
        public boolean await(Duration atMost) {
            var wait = atMost.compareTo(LOOK_ANYWAY) < 0 ? atMost : LOOK_ANYWAY;
            try {
                if (told.tryAcquire(Math.max(0, wait.toMillis()), TimeUnit.MILLISECONDS)) {
                    told.drainPermits();
                }
                return true;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            actors.forEach(actor -> watches.computeIfPresent(actor, (_, set) -> {
                set.remove(told);
                return set.isEmpty() ? null : set;
            }));
        }
    }
}
