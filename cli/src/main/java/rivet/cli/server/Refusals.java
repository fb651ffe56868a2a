package rivet.cli.server;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.protocol.Wire;
import rivet.protocol.api.ProblemView;
import tools.jackson.core.JacksonException;

/** What the control plane said no with, as what we end with. */
final class Refusals {

    private static final int EXCERPT = 200;

    private Refusals() {}

    static Failure failure(HttpResponse<?> response, byte[] body) {
        var problem = read(body);
        var exit = exit(response.statusCode(), problem == null ? "" : problem.code());
        var report = problem == null ? withoutProblem(response, body) : report(problem, response);
        var failure = new Failure(exit, report);
        return exit == ExitCode.UNAUTHORISED
                ? failure.withRemedy(
                        "log in with 'rivet login', or set RIVET_TOKEN to a token of this server that has the right")
                : failure;
    }

    /** Older servers say 400 where something does not exist; the code is the same. */
    static ExitCode exit(int status, String code) {
        if (status == 404 || code.contains("NOT_FOUND")) {
            return ExitCode.NOT_FOUND;
        }
        return switch (status) {
            case 401, 403 -> ExitCode.UNAUTHORISED;
            case 400, 405, 411, 413, 415, 422 -> ExitCode.BAD_INPUT;
            default -> ExitCode.FAILED;
        };
    }

    private static Failure.Report report(ProblemView problem, HttpResponse<?> response) {
        var field = Optional.ofNullable(problem.metadata()).map(Map::copyOf).map(metadata -> metadata.get("field"));
        return new Failure.Report(
                problem.code(),
                problem.message(),
                field.map(Object::toString).orElse(null),
                ray(problem, response),
                null);
    }

    private static @Nullable String ray(ProblemView problem, HttpResponse<?> response) {
        return Optional.<String>ofNullable(problem.rayId())
                .or(() -> response.headers().firstValue("rvt-ray-id"))
                .orElse(null);
    }

    private static Failure.Report withoutProblem(HttpResponse<?> response, byte[] body) {
        var text = new String(body, StandardCharsets.UTF_8).strip();
        return new Failure.Report(
                "HTTP_" + response.statusCode(),
                "%s answered %d%s"
                        .formatted(
                                response.uri().getAuthority(),
                                response.statusCode(),
                                text.isEmpty() ? "" : ": " + text.substring(0, Math.min(EXCERPT, text.length()))),
                null,
                response.headers().firstValue("rvt-ray-id").orElse(null),
                null);
    }

    @SuppressWarnings("NullAway") // another server's body may lack what ours always has
    private static @Nullable ProblemView read(byte[] body) {
        try {
            var problem = Wire.JSON.readValue(body, ProblemView.class);
            return problem == null || problem.code() == null || problem.message() == null ? null : problem;
        } catch (JacksonException e) {
            return null;
        }
    }
}
