package rivet.actor;

import java.nio.ByteBuffer;

/** What {@link Kv} found under a key. Immutable and thread-safe. */
public final class KvEntry {

    private static final int COUNTER_BYTES = 9;

    private final KvKey key;
    private final long version;
    private final byte[] kept;

    KvEntry(KvKey key, long version, byte[] kept) {
        this.key = key;
        this.version = version;
        this.kept = kept;
    }

    /**
     * Where it was found.
     *
     * @return the key
     */
    public KvKey key() {
        return key;
    }

    /**
     * Greater than that of any earlier write of this actor.
     *
     * @return at least 1
     */
    public long version() {
        return version;
    }

    /**
     * The bytes that were put.
     *
     * @return a new array
     * @throws IllegalStateException if it is a counter, or a value of an actor in JavaScript
     */
    public byte[] value() {
        if (kept.length == 0 || kept[0] != KvCodec.RAW) {
            throw new IllegalStateException("the entry of key %s: it was not put as bytes".formatted(key));
        }
        return java.util.Arrays.copyOfRange(kept, 1, kept.length);
    }

    /**
     * What was added up.
     *
     * @return the sum
     * @throws IllegalStateException if it is no counter
     */
    public long counter() {
        if (kept.length != COUNTER_BYTES || kept[0] != KvCodec.COUNTER) {
            throw new IllegalStateException("the entry of key %s: it is no counter".formatted(key));
        }
        return ByteBuffer.wrap(kept).getLong(1);
    }

    @Override
    public String toString() {
        return "%s (version %d, %d bytes)".formatted(key, version, kept.length - 1);
    }
}
