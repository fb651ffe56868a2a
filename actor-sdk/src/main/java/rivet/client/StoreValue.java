package rivet.client;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A value to put into an actor's store. Immutable and thread-safe. */
public final class StoreValue {

    private final Json.@Nullable Text json;
    private final @Nullable Long counter;
    private final @Nullable String base64;

    private StoreValue(Json.@Nullable Text json, @Nullable Long counter, @Nullable String base64) {
        this.json = json;
        this.counter = counter;
        this.base64 = base64;
    }

    /**
     * What an actor in JavaScript finds as if it had put it itself.
     *
     * @param text JSON, such as {@code {"score": 12}}
     * @return a value
     * @throws IllegalArgumentException if it is no JSON
     */
    public static StoreValue json(String text) {
        try {
            return new StoreValue(Json.read(text, Json.Text.class), null, null);
        } catch (Json.Unreadable e) {
            throw new IllegalArgumentException("value: no JSON: " + e.getMessage(), e);
        }
    }

    /**
     * A counter, as an actor's {@code add} makes it.
     *
     * @param sum what it has counted
     * @return a value
     */
    public static StoreValue counter(long sum) {
        return new StoreValue(null, sum, null);
    }

    /**
     * What an actor in Java puts, or one in JavaScript with the format {@code arrayBuffer}.
     *
     * @param bytes as they are
     * @return a value
     */
    public static StoreValue bytes(byte[] bytes) {
        return new StoreValue(null, null, Base64.getEncoder().encodeToString(bytes));
    }

    Put put(StoreKey key, @Nullable Long version) {
        return new Put(key.wire(), json, counter, base64, version);
    }

    /** As it goes over the wire. */
    record Put(
            Object key,
            Json.@Nullable Text json,
            @Nullable Long counter,
            @Nullable String base64,
            @Nullable Long version) {}
}
