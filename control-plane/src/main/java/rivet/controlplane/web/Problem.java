package rivet.controlplane.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** What the caller can mend: thrown anywhere, shown as {@code ProblemView}. The codes are the published client's. */
public final class Problem extends RuntimeException {

    private final HttpStatus status;
    private final String code;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private @Nullable Duration retryAfter;

    public Problem(HttpStatus status, String code, String message) {
        this(status, code, message, null);
    }

    /** @param cause for our log only */
    public Problem(HttpStatus status, String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.code = code;
    }

    public static Problem notFound(String code, String message) {
        return new Problem(HttpStatus.NOT_FOUND, code, message);
    }

    public static Problem conflict(String code, String message) {
        return new Problem(HttpStatus.CONFLICT, code, message);
    }

    /** What the caller is told where this was thrown. */
    public static Problem of(Throwable thrown) {
        return Translation.toProblem(thrown);
    }

    /** A field of the body that has the wrong value. */
    public static Problem badField(String field, @Nullable Object came, String expected) {
        return new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", said(field, came, expected)).at(field, expected);
    }

    public static Problem badParameter(String name, @Nullable Object came, String expected) {
        return new Problem(HttpStatus.BAD_REQUEST, "API_BAD_QUERY_PARAMETER", said(name, came, expected))
                .at(name, expected);
    }

    /** What the published client can ask for and this server does not have. */
    public static Problem notBuilt(String what) {
        return new Problem(HttpStatus.NOT_IMPLEMENTED, "FEATURE_DISABLED", what + " is not available on this server");
    }

    public Problem at(String field) {
        metadata.put("field", field);
        return this;
    }

    public Problem at(String field, String expected) {
        metadata.put("expected", expected);
        return at(field);
    }

    /** The same about something that is part of another. @param whole such as {@code actors[3]} */
    public Problem within(String whole) {
        var outer = new Problem(status, code, whole + "." + getMessage(), getCause());
        outer.metadata.putAll(metadata);
        outer.metadata.computeIfPresent("field", (_, field) -> whole + "." + field);
        return outer;
    }

    public Problem with(String key, Object value) {
        metadata.put(key, value);
        return this;
    }

    /** @param wait before the same request can succeed; told in whole seconds, rounded up */
    public Problem retryAfter(Duration wait) {
        retryAfter = wait;
        return this;
    }

    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }

    public HttpStatus status() {
        return status;
    }

    public String code() {
        return code;
    }

    Map<String, Object> metadata() {
        return metadata;
    }

    private static String said(String field, @Nullable Object came, String expected) {
        return came == null
                ? "%s: missing (expected: %s)".formatted(field, expected)
                : "%s: %s (expected: %s)".formatted(field, shown(came), expected);
    }

    /** A message repeats what came, but never a book of it. */
    private static String shown(Object came) {
        var text = came instanceof String string ? "'" + string + "'" : String.valueOf(came);
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
