package rivet.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import rivet.agent.kv.StoreDoor;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;
import rivet.protocol.kv.KvWire;

/** What actors do with their stores: each reads and writes a few keys again and again, for as long as its process acts. */
final class StoreUse {

    static final Bytes COUNTER = key("n");
    private static final List<Bytes> KEYS = List.of(key("a"), key("b"), key("c"));
    private static final List<KvRequest> SAME_READ = List.of(new KvRequest.Get(KEYS.subList(0, 2)));
    private static final int MOST_WAITING = 4;
    private static final int FIRST = 4;
    private static final Duration SHORTEST = Duration.ofMillis(300);

    /** What a process is like. */
    private enum Habit {
        WRITES(0.5, Duration.ofSeconds(2)),
        /** But for its first calls. Then it knows all that it reads, and waits for nobody: who is cut off goes on with that. */
        READS(0.01, Duration.ofMillis(700));

        private final double writes;
        private final Duration longest;

        Habit(double writes, Duration longest) {
            this.writes = writes;
            this.longest = longest;
        }
    }

    private final World world;
    private final StoreHistory history;
    private long values;

    StoreUse(World world, StoreHistory history) {
        this.world = world;
        this.history = history;
    }

    void begin(Copy copy) {
        var reads = !AlarmUse.hasAlarms(copy.actor) && world.simulator().chance(0.5);
        next(copy, reads ? Habit.READS : Habit.WRITES, 0, new HashMap<>());
    }

    /** @param calls so far @param seen the version of each key that the process was told last */
    private void next(Copy copy, Habit habit, int calls, Map<Bytes, Long> seen) {
        world.simulator().after(world.simulator().between(SHORTEST, habit.longest), () -> {
            if (!copy.mainAlive) {
                return;
            }
            if (copy.acts()) {
                ask(copy, calls < FIRST ? Habit.WRITES : habit, seen);
            }
            next(copy, habit, calls + 1, seen);
        });
    }

    private void ask(Copy copy, Habit habit, Map<Bytes, Long> seen) {
        var agent = copy.host.agent();
        var store = agent == null ? null : agent.store(copy);
        if (store == null || store.waiting() >= MOST_WAITING) {
            return;
        }
        var writes = world.simulator().chance(world.isQuiet() ? Habit.WRITES.writes : habit.writes);
        ask(copy, seen, store, writes ? writes(seen) : habit == Habit.READS ? SAME_READ : reads());
    }

    private void ask(Copy copy, Map<Bytes, Long> seen, StoreDoor.Store store, List<KvRequest> requests) {
        var asked = requests.stream()
                .map(request -> history.asked(copy.actor, copy.generation, request))
                .toList();
        store.ask(requests, (bytes, place) -> {
            var of = asked.get(place);
            var answer = KvWire.answer(of.request(), bytes);
            learn(of.request(), answer, seen);
            long now = world.simulator().now();
            // Not here: who asked catches what it does not expect.
            world.simulator().after(0, () -> history.answered(of, answer, now));
        });
    }

    private static void learn(KvRequest request, KvAnswer answer, Map<Bytes, Long> seen) {
        if (request instanceof KvRequest.Get(var keys) && answer instanceof KvAnswer.Found(var values)) {
            for (int i = 0; i < keys.size(); i++) {
                seen.put(keys.get(i), values.get(i).version());
            }
        }
    }

    private List<KvRequest> reads() {
        var reads = new ArrayList<KvRequest>();
        for (int i = 0; i <= world.simulator().below(2); i++) {
            var keys = shuffled();
            reads.add(new KvRequest.Get(keys.subList(0, 1 + world.simulator().below(2))));
        }
        return reads;
    }

    /** No two of them of the same key, so that what came of each can be seen. */
    private List<KvRequest> writes(Map<Bytes, Long> seen) {
        if (world.simulator().chance(0.05)) {
            return List.of(new KvRequest.Write(List.of(), List.of(new Mutation.DeleteRange(KEYS.getFirst(), COUNTER))));
        }
        var keys = shuffled();
        var writes = new ArrayList<KvRequest>();
        for (int i = 0; i <= world.simulator().below(3); i++) {
            var key = keys.get(i);
            var checks = seen.containsKey(key) && world.simulator().chance(0.2)
                    ? List.of(new KvRequest.Check(key, Objects.requireNonNull(seen.get(key))))
                    : List.<KvRequest.Check>of();
            writes.add(new KvRequest.Write(checks, List.of(mutation(key))));
        }
        return writes;
    }

    private Mutation mutation(Bytes key) {
        if (key.equals(COUNTER)) {
            return new Mutation.Add(key, 1);
        }
        return world.simulator().chance(0.15)
                ? new Mutation.Delete(key)
                : new Mutation.Put(key, key(Long.toString(++values)));
    }

    private List<Bytes> shuffled() {
        var keys = new ArrayList<>(KEYS);
        keys.add(COUNTER);
        for (int i = keys.size() - 1; i > 0; i--) {
            Collections.swap(keys, i, world.simulator().below(i + 1));
        }
        return keys;
    }

    private static Bytes key(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
