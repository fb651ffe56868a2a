package rivet.agent.proxy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The requests that wait for an actor or for any of a route's, so that a change finds them. What they wait for is only a key
 * here. Thread-safe.
 */
final class HeldRequests {

    /** One that waits. */
    interface Waiter {
        /** Looks again, on a thread of its own choice. */
        void wake();
    }

    private final Map<Object, Map<String, Set<Waiter>>> byKey = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int maxPerPort;
    private final int max;

    HeldRequests(int maxPerPort, int max) {
        this.maxPerPort = maxPerPort;
        this.max = max;
    }

    /** Adds a request, or says that too many wait already. */
    boolean add(Object awaited, String port, Waiter waiter) {
        if (count.incrementAndGet() > max) {
            count.decrementAndGet();
            return false;
        }
        boolean[] added = new boolean[1];
        byKey.compute(awaited, (_, old) -> {
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

    void remove(Object awaited, String port, Waiter waiter) {
        byKey.computeIfPresent(awaited, (_, ports) -> {
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
    void wake(Object awaited) {
        List<Waiter> waiters = new ArrayList<>();
        byKey.computeIfPresent(awaited, (_, ports) -> {
            ports.values().forEach(waiters::addAll);
            return ports;
        });
        waiters.forEach(Waiter::wake);
    }

    int count() {
        return count.get();
    }
}
