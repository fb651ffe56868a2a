package rivet.controlplane.web;

import java.util.UUID;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Gives each request an id, told to the caller in a header and written in our log where we fail. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class RayIds implements WebFilter {

    static final String HEADER = "rvt-ray-id";

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getResponse().getHeaders().set(HEADER, UUID.randomUUID().toString());
        return chain.filter(exchange);
    }

    /** Empty before the filter has run. */
    public static String of(ServerWebExchange exchange) {
        var ray = exchange.getResponse().getHeaders().getFirst(HEADER);
        return ray == null ? "" : ray;
    }
}
