package rivet.protocol;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads UUIDs strictly: {@link UUID#fromString} also takes {@code 1-1-1-1-1}, and one id must have one spelling. */
final class Uuids {

    private Uuids() {}

    static UUID parse(String text) {
        UUID uuid;
        try {
            uuid = UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw unexpected(text, e);
        }
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw unexpected(text, null);
        }
        return uuid;
    }

    private static IllegalArgumentException unexpected(String text, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "id: '%s' (expected: a UUID such as 5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90)".formatted(text), cause);
    }
}
