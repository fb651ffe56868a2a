package rivet.agent.proxy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import rivet.protocol.ActorId;

/** The requests that wait for an actor, so that a change of its route finds them. Thread-safe. */
final class HeldRequests {

    /** One that waits. */
    interface Waiter {
        /** Looks again, on a thread of its own choice. */
        void wake();
    }

    private final Map<ActorId, Map<String, Set<Waiter>>> byActor = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int maxPerPort;
    private final int max;

    HeldRequests(int maxPerPort, int max) {
        this.maxPerPort = maxPerPort;
        this.max = max;
    }

    /** Adds a request, or says that too many wait already. */
    boolean add(ActorId actor, String port, Waiter waiter) {
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            return false;
        }
        boolean[] added = new boolean[1];
        byActor.compute(actor, (_, old) -> {
            Map<String, Set<Waiter>> ports = old == null ? new HashMap<>() : old;
            Set<Waiter> waiters = ports.computeIfAbsent(port, _ -> new HashSet<>());
            added[0] = waiters.size() < maxPerPort && waiters.add(waiter);
            return ports;
        });
        if (!added[0]) {
            count.decrementAndGet();
        }
        return added[0];
    }

    void remove(ActorId actor, String port, Waiter waiter) {
        byActor.computeIfPresent(actor, (_, ports) -> {
            Set<Waiter> waiters = ports.getOrDefault(port, new HashSet<>());
            if (waiters.remove(waiter)) {
                count.decrementAndGet();
            }
            if (waiters.isEmpty()) {
                ports.remove(port);
            }
            return ports.isEmpty() ? null : ports;
        });
    }

    /** They leave by themselves if what they find allows it. */
    void wake(ActorId actor) {
        List<Waiter> waiters = new ArrayList<>();
        byActor.computeIfPresent(actor, (_, ports) -> {
            ports.values().forEach(waiters::addAll);
            return ports;
        });
        waiters.forEach(Waiter::wake);
    }

    int count() {
        return count.get();
    }
}
