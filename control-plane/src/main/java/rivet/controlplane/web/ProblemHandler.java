package rivet.controlplane.web;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import rivet.protocol.Wire;
import rivet.protocol.api.ProblemView;

/** Everything that goes wrong in a request ends here, whatever threw it. */
@Component
@Order(-2) // before Spring's own, which would answer in another shape
final class ProblemHandler implements WebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable thrown) {
        var response = exchange.getResponse();
        if (response.isCommitted() || Translation.isClientGone(thrown)) {
            return Mono.error(thrown);
        }
        var problem = Translation.toProblem(thrown);
        var ray = RayIds.of(exchange);
        logOurs(exchange, problem, thrown, ray);

        response.setStatusCode(problem.status());
        if (thrown instanceof ErrorResponse known) {
            response.getHeaders().addAll(known.getHeaders()); // such as which methods are allowed
        }
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        var wait = problem.retryAfter();
        if (wait != null) {
            response.getHeaders()
                    .set(
                            HttpHeaders.RETRY_AFTER,
                            String.valueOf(wait.plusNanos(999_999_999).toSeconds()));
        } else if (problem.status().value() == 503) {
            response.getHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        var body = response.bufferFactory().wrap(Wire.JSON.writeValueAsBytes(view(problem, ray)));
        return response.writeWith(Mono.just(body));
    }

    private static ProblemView view(Problem problem, String ray) {
        var metadata = problem.metadata();
        return new ProblemView(problem.code(), said(problem), ray, null, metadata.isEmpty() ? null : metadata);
    }

    private static String said(Problem problem) {
        var message = problem.getMessage();
        return message == null ? problem.code() : message;
    }

    /** The ray id that the caller sees is the one in this line. */
    private static void logOurs(ServerWebExchange exchange, Problem problem, Throwable thrown, String ray) {
        if (problem.status().value() == 501 || !problem.status().is5xxServerError()) {
            return;
        }
        var line = problem.status().value() == 503 ? log.atWarn() : log.atError();
        line.addKeyValue("ray", ray)
                .addKeyValue("method", exchange.getRequest().getMethod())
                .addKeyValue("path", exchange.getRequest().getPath().value())
                .setCause(thrown)
                .log("a request failed");
    }
}
