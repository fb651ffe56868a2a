package rivet.agent.proxy.http;

/**
 * How large a head may be.
 *
 * @param maxBytes start line and all fields together
 * @param maxFields more of them make every step that walks over the fields slower
 * @param maxStartLineBytes method, target and version; or status and reason
 */
public record HeadLimits(int maxBytes, int maxFields, int maxStartLineBytes) {

    private static final int SMALLEST = 256;

    public HeadLimits {
        if (maxBytes < SMALLEST || maxFields < 1 || maxStartLineBytes < 64 || maxStartLineBytes > maxBytes) {
            throw new IllegalArgumentException(
                    "head limits: %d bytes, %d fields, %d bytes of start line (expected: at least %d, 1, 64, and a start line no longer than the head)"
                            .formatted(maxBytes, maxFields, maxStartLineBytes, SMALLEST));
        }
    }
}
