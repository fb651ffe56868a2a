package rivet.controlplane.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.Wire;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;

/**
 * What a caller says to make a request repeatable.
 *
 * @param value as the caller wrote it
 * @param fingerprint tells one request from another: SHA-256, hex
 */
public record IdempotencyKey(UUID environment, String value, String fingerprint) {

    public static final String HEADER = "Idempotency-Key";

    private static final int LONGEST = 255;

    /** Of values that were read already, so order of fields, spaces and absent against null make no difference. */
    private static final ObjectWriter CANONICAL =
            Wire.JSON.writer().with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /**
     * @param header absent: the request is not to be repeatable, and so is the answer
     * @param operation such as {@code POST /actors}
     * @param request all that decides what is done
     */
    public static @Nullable IdempotencyKey of(
            Environment environment, @Nullable String header, String operation, @Nullable Object... request) {
        if (header == null) {
            return null;
        }
        if (header.isEmpty() || header.length() > LONGEST || !header.chars().allMatch(IdempotencyKey::isPrintable)) {
            throw malformed();
        }
        return new IdempotencyKey(environment.id(), header, fingerprint(operation, request));
    }

    private static boolean isPrintable(int character) {
        return character >= ' ' && character <= '~';
    }

    private static String fingerprint(String operation, @Nullable Object... request) {
        var canonical = operation + "\n" + CANONICAL.writeValueAsString(Arrays.asList(request));
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(canonical.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static Problem malformed() {
        var expected = "1 to %d printable ASCII characters".formatted(LONGEST);
        return new Problem(HttpStatus.BAD_REQUEST, "API_BAD_HEADER", "%s: (expected: %s)".formatted(HEADER, expected))
                .at(HEADER, expected);
    }
}
