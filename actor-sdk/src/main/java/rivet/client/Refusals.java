package rivet.client;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes of an answer that is an error the exception that says what it means. */
final class Refusals {

    private static final String RAY_HEADER = "rvt-ray-id";

    private Refusals() {}

    /** As it comes over the wire. */
    record Problem(
            @Nullable String code,
            @Nullable String message,
            @Nullable String rayId,
            @Nullable Map<String, @Nullable Object> metadata) {}

    static RivetException of(int status, HttpHeaders headers, byte[] body) {
        var problem = problem(body);
        var failure = new RivetException.Failure(
                problem.code() == null ? "HTTP_" + status : problem.code(),
                problem.message() == null ? "the server answered with status " + status : problem.message(),
                problem.rayId() == null ? headers.firstValue(RAY_HEADER).orElse(null) : problem.rayId(),
                status);
        return switch (status) {
            case 400, 405, 411, 413, 414, 415, 422, 431 ->
                new RivetException.Invalid(failure, said(problem, "field"), said(problem, "expected"));
            case 401 -> new RivetException.Unauthorized(failure);
            case 403 -> new RivetException.Forbidden(failure);
            case 404, 410 -> new RivetException.NotFound(failure);
            case 408 -> new RivetException.TimedOut(failure);
            case 409, 412 -> new RivetException.Conflict(failure);
            case 429 ->
                new RivetException.RateLimited(failure, retryAfter(headers).orElse(null));
            case 502, 503, 504 ->
                new RivetException.Unavailable(failure, retryAfter(headers).orElse(null), null);
            default -> new RivetException.ServerFault(failure, null);
        };
    }

    /** Something on the way, such as a load balancer, answers in its own shape. */
    private static Problem problem(byte[] body) {
        try {
            return Json.read(body, Problem.class);
        } catch (Json.Unreadable _) {
            return new Problem(null, null, null, null);
        }
    }

    private static @Nullable String said(Problem problem, String key) {
        return problem.metadata() != null && problem.metadata().get(key) instanceof String text ? text : null;
    }

    /** Seconds, or a date, which is compared with the server's own clock and not with ours. */
    private static Optional<Duration> retryAfter(HttpHeaders headers) {
        return headers.firstValue("retry-after")
                .flatMap(value -> seconds(value)
                        .or(() -> date(value)
                                .flatMap(then -> headers.firstValue("date")
                                        .flatMap(Refusals::date)
                                        .map(now -> Duration.between(now, then))))
                        .map(pause -> pause.isNegative() ? Duration.ZERO : pause));
    }

    private static Optional<Duration> seconds(String value) {
        try {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value.strip())));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> date(String value) {
        try {
            return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.strip())));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
