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
    private static final int MOST_WAITING = 4;
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofMillis(1500);

    /** One that seldom writes does not soon notice that nobody answers. */
    private static final List<Double> WRITES = List.of(0.5, 0.03);

    private final World world;
    private final StoreHistory history;
    private long values;

    StoreUse(World world, StoreHistory history) {
        this.world = world;
        this.history = history;
    }

    void begin(Copy copy) {
        next(copy, AlarmUse.hasAlarms(copy.actor) ? 0.5 : world.simulator().oneOf(WRITES), new HashMap<>());
    }

    /** @param writes share of its calls @param seen the version of each key that the process was told last */
    private void next(Copy copy, double writes, Map<Bytes, Long> seen) {
        world.simulator().after(world.simulator().between(SHORTEST, LONGEST), () -> {
            if (!copy.mainAlive) {
                return;
            }
            if (copy.acts()) {
                ask(copy, writes, seen);
            }
            next(copy, writes, seen);
        });
    }

    private void ask(Copy copy, double writes, Map<Bytes, Long> seen) {
        var agent = copy.host.agent();
        var store = agent == null ? null : agent.store(copy);
        if (store == null || store.waiting() >= MOST_WAITING) {
            return;
        }
        ask(copy, seen, store, world.simulator().chance(world.isQuiet() ? 0.5 : writes) ? writes(seen) : reads());
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
