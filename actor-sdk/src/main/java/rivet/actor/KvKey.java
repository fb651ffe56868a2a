package rivet.actor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key of {@link Kv}: a tuple of elements, which sorts by them.
 *
 * <p>An element is {@code null}, a {@link Boolean}, a number ({@link Byte}, {@link Short}, {@link Integer}, {@link Long}, {@link
 * java.math.BigInteger}, {@link Float}, {@link Double}), a {@link String}, a {@code byte[]}, or a {@link List} of these. That is also
 * the order of kinds. Numbers sort by value, whole or not and however large, strings by code points, bytes without a sign, and a
 * tuple comes before those that it begins. A number that is whole is the same key whatever its type, and comes back as a {@code Long},
 * or where that is too small as a {@code BigInteger}; others come back as {@code Double}.
 *
 * <p>Actors in JavaScript write the same bytes. Immutable and thread-safe; equal keys have equal bytes.
 */
public final class KvKey implements Comparable<KvKey> {

    private final byte[] bytes;

    private KvKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A key of these elements.
     *
     * @param elements at least one
     * @return the key
     * @throws IllegalArgumentException if an element is none of those above, is NaN, or is a string with half a surrogate pair
     */
    public static KvKey of(@Nullable Object... elements) {
        if (elements.length == 0) {
            throw new IllegalArgumentException("key: no elements (expected: at least one)");
        }
        return new KvKey(TupleCode.encode(Arrays.asList(elements)));
    }

    /**
     * Reads a key as the store has it.
     *
     * @param bytes what {@link #bytes} returned
     * @return the key
     * @throws IllegalArgumentException if the bytes are no tuple
     */
    public static KvKey decode(byte[] bytes) {
        if (TupleCode.decode(bytes).isEmpty()) {
            throw new IllegalArgumentException("key: no elements (expected: at least one)");
        }
        return new KvKey(bytes.clone());
    }

    /** Bytes of the store, or a bound between keys. */
    static KvKey trusted(byte[] bytes) {
        return new KvKey(bytes);
    }

    /**
     * The elements.
     *
     * @return unmodifiable; {@code null} elements are possible
     */
    public List<@Nullable Object> elements() {
        return Collections.unmodifiableList(TupleCode.decode(bytes));
    }

    /**
     * As the store has it; bytes sort as keys do.
     *
     * @return a new array
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Not to be changed. */
    byte[] shared() {
        return bytes;
    }

    @Override
    public int compareTo(KvKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KvKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        var shown = new ArrayList<String>();
        for (var element : elements()) {
            shown.add(element instanceof byte[] raw ? HexFormat.of().formatHex(raw) : String.valueOf(element));
        }
        return shown.toString();
    }
}
