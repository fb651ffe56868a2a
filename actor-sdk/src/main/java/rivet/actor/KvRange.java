package rivet.actor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which entries {@link Kv#list} and {@link Kv#deleteRange} are about. Each method returns another range and leaves this one as it is.
 * Immutable and thread-safe.
 *
 * <pre>{@code
 * KvRange.prefix("room", 7)                                // [room, 7], [room, 7, ada], but not [room, 70]
 * KvRange.all().from(KvKey.of(1)).until(KvKey.of(10))      // 1 to below 10
 * KvRange.strings("user:").reversed().limit(20)            // the last 20 strings that begin so
 * }</pre>
 */
public final class KvRange {

    private static final int USUAL_LIMIT = 1000;

    /** Begins neither an element nor a character: before all that can follow. */
    private static final byte BEFORE_MORE = 0x00;

    /** After all that can follow. */
    private static final byte AFTER_MORE = (byte) 0xff;

    private static final byte[] NONE = {};

    private final byte[] start;
    private final byte[] end;
    private final boolean reverse;
    private final int limit;

    private KvRange(byte[] start, byte[] end, boolean reverse, int limit) {
        this.start = start;
        this.end = end;
        this.reverse = reverse;
        this.limit = limit;
    }

    /**
     * All entries.
     *
     * @return the range
     */
    public static KvRange all() {
        return new KvRange(NONE, NONE, false, USUAL_LIMIT);
    }

    /**
     * The keys that begin with these elements.
     *
     * @param elements as in {@link KvKey#of}; the last one too is a whole element
     * @return the range
     */
    public static KvRange prefix(@Nullable Object... elements) {
        var bytes = KvKey.of(elements).bytes();
        return new KvRange(bytes, extended(bytes, AFTER_MORE), false, USUAL_LIMIT);
    }

    /**
     * The keys whose first element is a string that begins so.
     *
     * @param start such as {@code user:}
     * @return the range
     */
    public static KvRange strings(String start) {
        var bytes = TupleCode.stringStart(start);
        return new KvRange(bytes, extended(bytes, AFTER_MORE), false, USUAL_LIMIT);
    }

    /**
     * From this key on.
     *
     * @param key the first that is in the range
     * @return another range
     */
    public KvRange from(KvKey key) {
        return new KvRange(key.bytes(), end, reverse, limit);
    }

    /**
     * After this key.
     *
     * @param key the last that is before the range; keys that it begins are in it
     * @return another range
     */
    public KvRange after(KvKey key) {
        return new KvRange(extended(key.bytes(), BEFORE_MORE), end, reverse, limit);
    }

    /**
     * Up to this key.
     *
     * @param key the first that is not in the range any more
     * @return another range
     */
    public KvRange until(KvKey key) {
        return new KvRange(start, key.bytes(), reverse, limit);
    }

    /**
     * From the end to the start; twice is as before.
     *
     * @return another range
     */
    public KvRange reversed() {
        return new KvRange(start, end, !reverse, limit);
    }

    /**
     * How many entries at most; 1000 unless said.
     *
     * @param entries at least 1
     * @return another range
     * @throws IllegalArgumentException if it is less than 1
     */
    public KvRange limit(int entries) {
        if (entries < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(entries));
        }
        return new KvRange(start, end, reverse, entries);
    }

    /** What is left after the entry of this key. */
    KvRange beyond(KvKey key) {
        return reverse ? until(key) : after(key);
    }

    boolean isAll() {
        return start.length == 0 && end.length == 0;
    }

    byte[] start() {
        return start;
    }

    byte[] end() {
        return end;
    }

    boolean isReverse() {
        return reverse;
    }

    int limit() {
        return limit;
    }

    private static byte[] extended(byte[] bytes, byte more) {
        var all = Arrays.copyOf(bytes, bytes.length + 1);
        all[bytes.length] = more;
        return all;
    }
}
