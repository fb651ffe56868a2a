package rivet.devserver.linearizability;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a client asks of a store of whole numbers, and what a store that does one thing at a time would do. */
public sealed interface Command {

    /** @param answer as the client hears it */
    record Outcome(Map<String, Long> store, String answer) {}

    Outcome on(Map<String, Long> store);

    /** All that it reads or writes: commands that share none of them cannot tell in which order they were done. */
    Set<String> keys();

    default boolean isRead() {
        return false;
    }

    record Get(String key) implements Command {

        @Override
        public Outcome on(Map<String, Long> store) {
            return new Outcome(store, String.valueOf(store.get(key)));
        }

        @Override
        public Set<String> keys() {
            return Set.of(key);
        }

        @Override
        public boolean isRead() {
            return true;
        }
    }

    record Put(String key, long value) implements Command {

        @Override
        public Outcome on(Map<String, Long> store) {
            return new Outcome(with(store, key, value), "ok");
        }

        @Override
        public Set<String> keys() {
            return Set.of(key);
        }
    }

    /** Answered with the sum; what is absent counts from 0. */
    record Add(String key, long delta) implements Command {

        @Override
        public Outcome on(Map<String, Long> store) {
            long sum = store.getOrDefault(key, 0L) + delta;
            return new Outcome(with(store, key, sum), Long.toString(sum));
        }

        @Override
        public Set<String> keys() {
            return Set.of(key);
        }
    }

    /** Answered with whether the value was the expected one. */
    record CompareAndSet(String key, long expected, long value) implements Command {

        @Override
        public Outcome on(Map<String, Long> store) {
            return store.getOrDefault(key, 0L) == expected
                    ? new Outcome(with(store, key, value), "true")
                    : new Outcome(store, "false");
        }

        @Override
        public Set<String> keys() {
            return Set.of(key);
        }
    }

    /** From one key to another in one transaction; answered with what both hold then. */
    record Transfer(String from, String to, long amount) implements Command {

        @Override
        public Outcome on(Map<String, Long> store) {
            long left = store.getOrDefault(from, 0L) - amount;
            long there = store.getOrDefault(to, 0L) + amount;
            return new Outcome(with(with(store, from, left), to, there), left + "," + there);
        }

        @Override
        public Set<String> keys() {
            return Set.of(from, to);
        }
    }

    /** Answered with what each of the keys holds that is there, in order. */
    record List(Set<String> keys) implements Command {

        @Override
        public Outcome on(Map<String, Long> store) {
            var found = new TreeMap<String, Long>();
            new TreeSet<>(keys).stream().filter(store::containsKey).forEach(key -> found.put(key, store.get(key)));
            return new Outcome(store, found.toString());
        }

        @Override
        public boolean isRead() {
            return true;
        }
    }

    private static Map<String, Long> with(Map<String, Long> store, String key, long value) {
        var next = new HashMap<>(store);
        next.put(key, value);
        return Map.copyOf(next);
    }
}
