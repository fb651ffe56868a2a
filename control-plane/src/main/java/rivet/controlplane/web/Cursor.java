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

    /** An instant may be further away than the database can say. */
    private static final Instant BEYOND_ALL = Instant.parse("9999-01-01T00:00:00Z");

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
            if (createdAt.isAfter(Instant.EPOCH) && createdAt.isBefore(BEYOND_ALL)) {
                return new Cursor(createdAt, UUID.fromString(decoded.substring(slash + 1)));
            }
        } catch (IllegalArgumentException | DateTimeException _) {
            // told below, as any other that is not ours
        }
        throw Problem.badParameter("cursor", text, "the cursor of an earlier page");
    }
}
