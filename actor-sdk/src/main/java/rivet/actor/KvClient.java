package rivet.actor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The methods, as calls.
 *
 * @param store takes a request and returns its answer, or throws a {@link KvException}; thread-safe
 */
record KvClient(UnaryOperator<byte[]> store) implements Kv {

    private static final int PAGE = 1000;
    private static final int TRIES = 16;

    @Override
    public Optional<KvEntry> get(KvKey key) {
        var keys = List.of(key);
        return KvCodec.found(keys, store.apply(KvCodec.get(keys))).stream().findFirst();
    }

    @Override
    public Map<KvKey, KvEntry> getBatch(Collection<KvKey> keys) {
        var found = new LinkedHashMap<KvKey, KvEntry>();
        if (!keys.isEmpty()) {
            KvCodec.found(keys, store.apply(KvCodec.get(keys))).forEach(entry -> found.put(entry.key(), entry));
        }
        return found;
    }

    @Override
    public KvPage list(KvRange range) {
        var entries = new ArrayList<KvEntry>();
        var rest = range;
        while (true) {
            int asked = Math.min(PAGE, range.limit() - entries.size());
            var listed = KvCodec.listed(store.apply(KvCodec.range(rest, asked)));
            entries.addAll(listed.entries());
            if (!listed.more()) {
                return new KvPage(entries, Optional.empty());
            }
            rest = rest.beyond(entries.getLast().key());
            if (entries.size() == range.limit()) {
                return new KvPage(entries, Optional.of(rest));
            }
        }
    }

    @Override
    public long putBatch(Map<KvKey, byte[]> entries) {
        return write(Map.of(), puts(entries)).version();
    }

    @Override
    public void deleteBatch(Collection<KvKey> keys) {
        write(
                Map.of(),
                keys.stream().<KvCodec.Change>map(KvCodec.Change.Delete::new).toList());
    }

    @Override
    public void deleteRange(KvRange range) {
        write(Map.of(), List.of(KvCodec.Change.DeleteRange.bounded(range)));
    }

    @Override
    public void deleteAll() {
        write(Map.of(), List.of(new KvCodec.Change.DeleteRange(KvRange.all())));
    }

    @Override
    public OptionalLong compareAndSet(KvKey key, long version, byte[] value) {
        try {
            return OptionalLong.of(
                    write(Map.of(key, version), puts(Map.of(key, value))).version());
        } catch (KvException e) {
            if (e.code() == KvException.Code.CONFLICT) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    @Override
    public long add(KvKey key, long delta) {
        return write(Map.of(), List.of(new KvCodec.Change.Add(key, delta)))
                .sums()
                .getFirst();
    }

    @Override
    public <T> T transact(Function<KvTransaction, T> work) {
        for (int tries = 1; ; tries++) {
            var transaction = new KvTransaction(this::get);
            try {
                var result = work.apply(transaction);
                if (!transaction.checks().isEmpty() || !transaction.changes().isEmpty()) {
                    write(transaction.checks(), transaction.changes());
                }
                return result;
            } catch (KvException e) {
                if (e.code() != KvException.Code.CONFLICT || tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    private KvCodec.Written write(Map<KvKey, Long> checks, List<KvCodec.Change> changes) {
        return KvCodec.written(store.apply(KvCodec.write(checks, changes)));
    }

    private static List<KvCodec.Change> puts(Map<KvKey, byte[]> entries) {
        return entries.entrySet().stream()
                .<KvCodec.Change>map(entry -> new KvCodec.Change.Put(entry.getKey(), KvCodec.raw(entry.getValue())))
                .toList();
    }
}
