package rivet.client;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key of an actor's store: a tuple of elements, each {@code null}, a {@link Boolean}, a number ({@link Byte}, {@link Short}, {@link
 * Integer}, {@link Long}, {@link BigInteger}, {@link Float}, {@link Double}), a {@link String}, a {@code byte[]}, or a {@link List} of
 * these. A number that is whole is the same key whatever its type, and comes back as a {@code Long}, or where that is too small as a
 * {@code BigInteger}; others come back as {@code Double}. Or, as programs in other languages may have them, {@linkplain #raw bytes} that
 * are no tuple. Immutable and thread-safe.
 */
public final class StoreKey {

    private static final String RAW = "raw";
    private static final String BASE64 = "base64";
    private static final String INFINITE = "infinite";

    private final Object wire;
    private final String json;

    /** @param wire what JSON has words for: a list, or what stands for raw bytes */
    private StoreKey(Object wire) {
        this.wire = wire;
        this.json = Json.text(wire);
    }

    /**
     * A key of these elements.
     *
     * @param elements at least one
     * @return the key
     * @throws IllegalArgumentException if there is none, or one is none of those above, or NaN
     */
    public static StoreKey of(@Nullable Object... elements) {
        return new StoreKey(sent(requireSome(Arrays.asList(elements))));
    }

    /**
     * A key of these bytes, as the store has it. Of bytes that are a tuple it is that tuple's key, and comes back as that.
     *
     * @param bytes at least one
     * @return the key
     * @throws IllegalArgumentException if there is none
     */
    public static StoreKey raw(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("key: no bytes (expected: at least one)");
        }
        return new StoreKey(Map.of(RAW, Base64.getEncoder().encodeToString(bytes)));
    }

    static StoreKey received(@Nullable Object wire) {
        return switch (wire) {
            case Map<?, ?> key
            when key.get(RAW) instanceof String text -> raw(Base64.getDecoder().decode(text));
            case List<?> tuple -> new StoreKey(sent(requireSome(shown(tuple))));
            case null, default -> throw new IllegalArgumentException("key: neither a tuple nor bytes");
        };
    }

    /**
     * The elements.
     *
     * @return unmodifiable; {@code null} elements are possible; none if the key is {@linkplain #rawBytes bytes} that are no tuple
     */
    public List<@Nullable Object> elements() {
        return wire instanceof List<?> tuple ? shown(tuple) : List.of();
    }

    /**
     * The bytes of a key that is no tuple.
     *
     * @return a new array; empty if it is one
     */
    public Optional<byte[]> rawBytes() {
        return wire instanceof Map<?, ?> key && key.get(RAW) instanceof String text
                ? Optional.of(Base64.getDecoder().decode(text))
                : Optional.empty();
    }

    /** A JSON array, or what stands for raw bytes. */
    String json() {
        return json;
    }

    Object wire() {
        return wire;
    }

    private static List<@Nullable Object> requireSome(List<@Nullable Object> elements) {
        if (elements.isEmpty()) {
            throw new IllegalArgumentException("key: no elements (expected: at least one)");
        }
        return elements;
    }

    private static List<@Nullable Object> sent(List<?> tuple) {
        var all = new ArrayList<@Nullable Object>();
        tuple.forEach(element -> all.add(sent(element)));
        return Collections.unmodifiableList(all);
    }

    private static @Nullable Object sent(@Nullable Object element) {
        return switch (element) {
            case null -> null;
            case Boolean flag -> flag;
            case String text -> text;
            case Byte number -> number.longValue();
            case Short number -> number.longValue();
            case Integer number -> number.longValue();
            case Long number -> number;
            case BigInteger number -> whole(number);
            case Float number -> number(number.doubleValue());
            case Double number -> number(number);
            case byte[] bytes -> Map.of(BASE64, Base64.getEncoder().encodeToString(bytes));
            case List<?> tuple -> sent(tuple);
            default -> throw unexpected(element.getClass().getName());
        };
    }

    private static Object number(double number) {
        if (Double.isNaN(number)) {
            throw unexpected("NaN");
        }
        if (Double.isInfinite(number)) {
            return Map.of(INFINITE, number > 0 ? 1 : -1);
        }
        return number == Math.rint(number) ? whole(new BigDecimal(number).toBigInteger()) : (Object) number;
    }

    private static Object whole(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private static IllegalArgumentException unexpected(String what) {
        return new IllegalArgumentException(
                "key: %s (expected: null, a boolean, a number, a string, bytes, or a list of these)".formatted(what));
    }

    private static List<@Nullable Object> shown(List<?> tuple) {
        var all = new ArrayList<@Nullable Object>();
        tuple.forEach(element -> all.add(shown(element)));
        return Collections.unmodifiableList(all);
    }

    private static @Nullable Object shown(@Nullable Object element) {
        return switch (element) {
            case Map<?, ?> special
            when special.get(BASE64) instanceof String text ->
                Base64.getDecoder().decode(text);
            case Map<?, ?> special
            when special.get(INFINITE) instanceof Number sign ->
                sign.intValue() > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            case List<?> tuple -> shown(tuple);
            case null, default -> element;
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoreKey key && json.equals(key.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    /**
     * As the server shows it.
     *
     * @return JSON
     */
    @Override
    public String toString() {
        return json;
    }
}
