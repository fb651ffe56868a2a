package rivet.protocol.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of every error.
 *
 * @param code stable
 * @param rayId finds the log line; also in the header {@code rvt-ray-id}
 * @param metadata {@code field} and {@code expected} where a field is at fault
 */
public record ProblemView(
        String code,
        String message,
        String rayId,
        @Nullable String documentation,
        @Nullable Map<String, Object> metadata) {}
