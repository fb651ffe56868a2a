package rivet.client;

import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An entry of an actor's store.
 *
 * @param key where it is
 * @param version of the write that put it
 * @param size of the value, in bytes
 * @param kind {@code json} for what JavaScript put as a value, {@code counter}, or {@code bytes}
 * @param json what the value is, as JSON text; {@code null} for bytes, and for what has no likeness in JSON
 * @param exact whether putting this {@code json} again would put the same value
 * @param base64 the value's bytes, without the one that says what kind it is
 */
public record StoredEntry(
        StoreKey key,
        long version,
        long size,
        String kind,
        @Nullable String json,
        boolean exact,
        String base64) {

    /** Checks that the server sent what an entry always has. */
    public StoredEntry {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(base64, "base64");
    }

    /**
     * The value's bytes; for one of the kind {@code bytes} they are what was put.
     *
     * @return a new array
     */
    public byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }

    /** Without the value, which may be a secret. */
    @Override
    public String toString() {
        return "%s (version %d, %s, %d bytes)".formatted(key, version, kind, size);
    }
}
