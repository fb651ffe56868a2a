package rivet.controlplane.web;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * Where a page of newest-first rows ended. Callers treat it as opaque.
 *
 * @param createdAt of the last row
 * @param id of the last row: many rows may have been created at the same instant
 */
public record Cursor(Instant createdAt, UUID id) {

    private static final Instant FIRST = Instant.EPOCH;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    public Cursor {
        requireInRange(createdAt);
    }

    /** Instants that no row has, and the database none for. */
    public static void requireInRange(Instant createdAt) {
        if (createdAt.isBefore(FIRST) || createdAt.isAfter(LAST)) {
            throw new IllegalArgumentException("%s (expected: %s to %s)".formatted(createdAt, FIRST, LAST));
        }
    }

    public String encoded() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + "/" + id).getBytes(StandardCharsets.UTF_8));
    }

    public static Cursor parse(String text) {
        try {
            var decoded = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            var slash = decoded.indexOf('/');
            var createdAt = Instant.parse(decoded.substring(0, Math.max(0, slash)));
            return new Cursor(createdAt, UUID.fromString(decoded.substring(slash + 1)));
        } catch (IllegalArgumentException | DateTimeException _) {
            throw Problem.badParameter("cursor", text, "the cursor of an earlier page");
        }
    }
}
