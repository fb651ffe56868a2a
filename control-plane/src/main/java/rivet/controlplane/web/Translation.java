package rivet.controlplane.web;

import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import reactor.netty.channel.AbortedException;
import tools.jackson.core.JacksonException;

/** What was thrown, as the caller is told it. */
final class Translation {

    /** Serialization failures, deadlocks and locks that were not had in time: by now they have been tried again. */
    private static final Set<String> LOST_RACES = Set.of("40001", "40P01", "55P03");

    private Translation() {}

    static Problem toProblem(Throwable thrown) {
        return switch (thrown) {
            case Problem problem -> problem;
            case MethodNotAllowedException e ->
                new Problem(HttpStatus.METHOD_NOT_ALLOWED, "API_METHOD_NOT_ALLOWED", notAllowed(e));
            case UnsupportedMediaTypeStatusException _ ->
                new Problem(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                        "API_BAD_HEADER",
                        "content-type: not JSON (expected: application/json)");
            case ServerWebInputException e -> badInput(e);
            case ResponseStatusException e
            when e.getStatusCode().value() == 404 -> Problem.notFound("API_NOT_FOUND", "no such path");
            case ResponseStatusException e when e.getStatusCode().value() == 413 -> tooLarge();
            case ResponseStatusException e
            when e.getStatusCode().is4xxClientError() ->
                new Problem(status(e), "API_BAD_HEADER", said(e.getReason(), "the request was refused"));
            case TransactionSystemException e ->
                new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "OUTCOME_UNKNOWN",
                        "the database did not say whether it was done; repeat it with the same Idempotency-Key, or look",
                        e);
            default -> ours(thrown);
        };
    }

    /** Nobody is left to be told. */
    static boolean isClientGone(Throwable thrown) {
        return causeOf(thrown, AbortedException.class) != null;
    }

    private static Problem ours(Throwable thrown) {
        if (causeOf(thrown, DataBufferLimitException.class) != null) {
            return tooLarge();
        }
        var sql = causeOf(thrown, SQLException.class);
        if (sql != null && isUnstorableText(sql)) {
            return new Problem(
                    HttpStatus.BAD_REQUEST, "API_BAD_BODY", "a text holds a character that cannot be stored");
        }
        if (sql != null && isOfDeletedEnvironment(sql)) {
            return Problem.notFound("ENVIRONMENT_NOT_FOUND", "environment: it was deleted meanwhile");
        }
        if (isDatabaseAway(thrown, sql)) {
            return new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "DATABASE_UNAVAILABLE",
                    "the database cannot be reached or is too slow; try again",
                    thrown);
        }
        return new Problem(HttpStatus.INTERNAL_SERVER_ERROR, "ERROR", "something went wrong on our side", thrown);
    }

    private static boolean isUnstorableText(SQLException sql) {
        var state = said(sql.getSQLState(), "");
        return state.equals("22021") || state.equals("22P05");
    }

    /** Whoever adds something to an environment waits for its deletion, and then refers to nothing. */
    private static boolean isOfDeletedEnvironment(SQLException sql) {
        return said(sql.getSQLState(), "").equals("23503")
                && said(sql.getMessage(), "").contains("_environment_id_fkey");
    }

    /** Connection lost (08), shut down or starting up (57P), out of disk or connections (53), read only, cancelled. */
    private static boolean isDatabaseAway(Throwable thrown, @Nullable SQLException sql) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            var name = at.getClass().getSimpleName();
            if (name.equals("CannotGetJdbcConnectionException") || name.equals("SQLTransientConnectionException")) {
                return true;
            }
        }
        var state = sql == null ? "" : said(sql.getSQLState(), "");
        return state.startsWith("08")
                || state.startsWith("57")
                || state.startsWith("53")
                || state.equals("25006")
                || LOST_RACES.contains(state);
    }

    private static Problem badInput(ServerWebInputException e) {
        if (causeOf(e, DataBufferLimitException.class) != null) {
            return tooLarge();
        }
        var json = causeOf(e, JacksonException.class);
        if (json != null) {
            return BadJson.problem(json);
        }
        var parameter = e.getMethodParameter();
        if (parameter != null && parameter.hasParameterAnnotation(RequestBody.class)) {
            return new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", "the body is missing (expected: a JSON object)");
        }
        if (causeOf(e, TimeoutException.class) != null) {
            return new Problem(HttpStatus.REQUEST_TIMEOUT, "API_REQUEST_TIMEOUT", "the body did not arrive in time");
        }
        var name = parameter == null ? "?" : nameOf(parameter);
        return new Problem(
                        HttpStatus.BAD_REQUEST,
                        "API_BAD_QUERY_PARAMETER",
                        "%s: %s".formatted(name, said(e.getReason(), "bad value")))
                .at(name);
    }

    private static String notAllowed(MethodNotAllowedException e) {
        return "%s is not allowed here (expected: %s)"
                .formatted(
                        e.getHttpMethod(),
                        e.getSupportedMethods().stream()
                                .map(String::valueOf)
                                .sorted()
                                .collect(Collectors.joining(", ")));
    }

    private static HttpStatus status(ResponseStatusException e) {
        var known = HttpStatus.resolve(e.getStatusCode().value());
        return known == null ? HttpStatus.BAD_REQUEST : known;
    }

    /** As callers write it. */
    private static String nameOf(MethodParameter parameter) {
        var query = parameter.getParameterAnnotation(RequestParam.class);
        var path = parameter.getParameterAnnotation(PathVariable.class);
        var name = query != null ? query.name() : path != null ? path.name() : "";
        return name.isEmpty() ? said(parameter.getParameterName(), "?") : name;
    }

    private static Problem tooLarge() {
        return new Problem(HttpStatus.CONTENT_TOO_LARGE, "API_BODY_TOO_LARGE", "the body is too large");
    }

    private static String said(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    private static <T extends Throwable> @Nullable T causeOf(Throwable thrown, Class<T> type) {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
