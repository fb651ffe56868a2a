package rivet.actor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a function given to {@link Kv#transact} reads and asks for. Not thread-safe, and of no use when the function has returned. */
public final class KvTransaction {

    private final Function<KvKey, Optional<KvEntry>> read;
    private final Map<KvKey, Long> checks = new LinkedHashMap<>();
    private final List<KvCodec.Change> changes = new ArrayList<>();

    KvTransaction(Function<KvKey, Optional<KvEntry>> read) {
        this.read = read;
    }

    /**
     * Reads an entry as it was before the transaction; the transaction is done only if that is still so.
     *
     * @param key its key
     * @return the entry, or empty: there is none
     * @throws KvException if it cannot be read, or was another when it was read before
     */
    public Optional<KvEntry> get(KvKey key) {
        var entry = read.apply(key);
        long version = entry.map(KvEntry::version).orElse(0L);
        if (!checks.getOrDefault(key, version).equals(version)) {
            throw new KvException(KvException.Code.CONFLICT, "the entry changed between two reads of it", null);
        }
        checks.put(key, version);
        return entry;
    }

    /**
     * Asks for an entry to be written.
     *
     * @param key its key
     * @param value at most 128 KiB
     */
    public void put(KvKey key, byte[] value) {
        changes.add(new KvCodec.Change.Put(key, KvCodec.raw(value)));
    }

    /**
     * Asks for an entry to be removed.
     *
     * @param key its key
     */
    public void delete(KvKey key) {
        changes.add(new KvCodec.Change.Delete(key));
    }

    /**
     * Asks for all entries of a range to be removed.
     *
     * @param range with at least one bound
     * @throws IllegalArgumentException if it has none
     */
    public void deleteRange(KvRange range) {
        changes.add(KvCodec.Change.DeleteRange.bounded(range));
    }

    /**
     * Asks for a counter to be added to.
     *
     * @param key its key
     * @param delta what is added
     */
    public void add(KvKey key, long delta) {
        changes.add(new KvCodec.Change.Add(key, delta));
    }

    Map<KvKey, Long> checks() {
        return checks;
    }

    List<KvCodec.Change> changes() {
        return changes;
    }
}
