package rivet.actor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What this actor remembers: keys in order, and bytes to each. It is kept in the control plane's database across crashes, upgrades
 * and moves, until the actor is destroyed.
 *
 * <p>A write is committed when its call returns, and done wholly or not at all. Reads see what was written before them. Only the newest
 * start of an actor reads and writes; an older one gets {@link KvException.Code#STALE_GENERATION}. Each call returns or fails within
 * some seconds.
 *
 * <p>At most 128 keys and 976 KiB a call, 128 KiB a value, 2,048 bytes a key, 1 GiB in all.
 *
 * <pre>{@code
 * long starts = context.kv().add(KvKey.of("starts"), 1);
 * context.kv().put(KvKey.of("player", "ada"), "12".getBytes(UTF_8));
 * for (var entry : context.kv().list(KvRange.prefix("player")).entries()) { … }
 * }</pre>
 *
 * <p>All methods may be called from all threads; calls of several threads are under way together, and writes that come while others
 * are being committed are committed together. A call that is refused throws a {@link KvException} and has done nothing, but for
 * {@link KvException.Code#UNAVAILABLE}, which see. Implemented by the platform; methods will be added.
 */
public interface Kv {

    /**
     * Reads one entry.
     *
     * @param key its key
     * @return the entry, or empty: there is none
     * @throws KvException if it cannot be read
     */
    Optional<KvEntry> get(KvKey key);

    /**
     * Reads several at once.
     *
     * @param keys at most 128
     * @return those that there are, in the order asked
     * @throws KvException if they cannot be read
     */
    Map<KvKey, KvEntry> getBatch(Collection<KvKey> keys);

    /**
     * Reads the entries of a range, in order. A range of more than 1,000 entries or 976 KiB is read in several steps, between which
     * others may write.
     *
     * @param range which, in which order, and how many at most
     * @return the entries, and where the list goes on
     * @throws KvException if they cannot be read
     */
    KvPage list(KvRange range);

    /**
     * Writes one entry.
     *
     * @param key its key
     * @param value at most 128 KiB
     * @return the version that the entry has now
     * @throws KvException if it was not written
     */
    default long put(KvKey key, byte[] value) {
        return putBatch(Map.of(key, value));
    }

    /**
     * Writes several, all or none.
     *
     * @param entries at most 128
     * @return the version that they have now
     * @throws KvException if they were not written
     */
    long putBatch(Map<KvKey, byte[]> entries);

    /**
     * Removes one entry, if there is one.
     *
     * @param key its key
     * @throws KvException if it was not removed
     */
    default void delete(KvKey key) {
        deleteBatch(List.of(key));
    }

    /**
     * Removes several, all or none.
     *
     * @param keys at most 128
     * @throws KvException if they were not removed
     */
    void deleteBatch(Collection<KvKey> keys);

    /**
     * Removes all entries of a range, whatever its order and limit are.
     *
     * @param range with at least one bound
     * @throws KvException if they were not removed
     * @throws IllegalArgumentException if the range has no bound: {@link #deleteAll} removes all
     */
    void deleteRange(KvRange range);

    /**
     * Removes all.
     *
     * @throws KvException if nothing was removed
     */
    void deleteAll();

    /**
     * Writes an entry if it has a version.
     *
     * @param key its key
     * @param version which it must have; 0: there must be none
     * @param value at most 128 KiB
     * @return the version that it has now, or empty: it has another one, and nothing was done
     * @throws KvException if it was not written for another reason
     */
    OptionalLong compareAndSet(KvKey key, long version, byte[] value);

    /**
     * Adds to a counter of 64 bits, which wraps around; one that is absent counts from 0.
     *
     * @param key its key
     * @param delta what is added
     * @return the sum
     * @throws KvException if nothing was added; with {@link KvException.Code#INVALID} if the entry is no counter
     */
    long add(KvKey key, long delta);

    /**
     * Does all that a function asks for, or nothing, if what it read is still so when it has returned; else it is called again, 16
     * times at most. What it throws ends it, and nothing is done.
     *
     * @param <T> what it returns
     * @param work reads and asks for changes; has no other effects, for it may be called again
     * @return what it returned
     * @throws KvException if nothing was done; with {@link KvException.Code#CONFLICT} after 16 tries
     */
    <T> T transact(Function<KvTransaction, T> work);

    /**
     * A store in memory, with the same limits, for tests.
     *
     * @return an empty one
     */
    static Kv inMemory() {
        return new KvClient(new MemoryStore()::call);
    }
}
