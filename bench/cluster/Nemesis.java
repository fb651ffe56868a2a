package cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Does harm for a time: a fault every few seconds, several at once, never two to one target. */
final class Nemesis {

    private static final int MOST_AT_ONCE = 3;

    private final Faults faults;
    private final Random random;
    private final List<Fault.Done> done = new CopyOnWriteArrayList<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    Nemesis(Faults faults, Random random) {
        this.faults = faults;
        this.random = random;
    }

    /** Returns when all that was done is undone. */
    void rage(long forMs) throws InterruptedException {
        var until = System.nanoTime() + forMs * 1_000_000;
        var threads = new ArrayList<Thread>();
        while (System.nanoTime() < until) {
            var fault = faults.next();
            Wait.until(30_000, () -> busy.size() < MOST_AT_ONCE);
            if (busy.add(fault.target())) {
                threads.add(Thread.startVirtualThread(() -> inflict(fault)));
                Thread.sleep(random.nextLong(2_000, 5_500));
            }
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    List<Fault.Done> done() {
        return List.copyOf(done);
    }

    /** Faults that could not be done or undone: the harness is at fault then. */
    List<String> troubles() {
        return List.copyOf(troubles);
    }

    /** Returns when it is undone. */
    void inflict(Fault fault) {
        var began = System.nanoTime();
        try {
            Chaos.say("%s: %s for %d ms", fault.target(), fault.kind(), fault.holdMs());
            fault.begin().take();
            Thread.sleep(fault.holdMs());
        } catch (Exception e) {
            troubles.add("%s of %s: %s".formatted(fault.kind(), fault.target(), e));
        } finally {
            try {
                fault.end().take();
            } catch (Exception e) {
                troubles.add("end of %s of %s: %s".formatted(fault.kind(), fault.target(), e));
            }
            done.add(new Fault.Done(fault, began, System.nanoTime()));
            busy.remove(fault.target());
        }
    }
}
