package rivet.controlplane.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import reactor.core.publisher.Mono;

/**
 * Times each request until the head of its answer goes out, refusals and failures too; how long a stream of events then lasts
 * is its reader's choice. The label is the operation's template: ids in it would be a label each.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ApiMetrics implements WebFilter {

    private final MeterRegistry registry;

    ApiMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        long begun = System.nanoTime();
        exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> time(exchange, System.nanoTime() - begun)));
        return chain.filter(exchange);
    }

    private void time(ServerWebExchange exchange, long nanos) {
        var status = exchange.getResponse().getStatusCode();
        Timer.builder("rivet.api.requests")
                .description("Requests to the API, until the head of the answer.")
                .tag("method", method(exchange))
                .tag("uri", template(exchange))
                .tag("status", status == null ? "200" : Integer.toString(status.value()))
                .serviceLevelObjectives(Buckets.quick())
                .register(registry)
                .record(Duration.ofNanos(nanos));
    }

    private static String template(ServerWebExchange exchange) {
        return exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof PathPattern pattern
                ? pattern.getPatternString()
                : "unmatched";
    }

    /** A caller may invent methods, but not labels. */
    private static String method(ServerWebExchange exchange) {
        var method = exchange.getRequest().getMethod().name();
        return switch (method) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> method;
            default -> "other";
        };
    }
}
