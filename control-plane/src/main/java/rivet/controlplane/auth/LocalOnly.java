package rivet.controlplane.auth;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.WebSettings;

/**
 * Guards development access, where no token is asked for. Being bound to loopback keeps other machines out, but not web pages
 * in this machine's browser: a page can send requests here ({@code Origin} gives it away), or let its own host name point
 * here and then read the answers too ({@code Host} gives that away).
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10) // after the ray id, which a refusal has as well
final class LocalOnly implements WebFilter {

    private final boolean guarding;
    private final @Nullable String publicHost;

    LocalOnly(AuthSettings auth, WebSettings web) {
        this.guarding = auth.development();
        this.publicHost = web.publicUrl().isEmpty() ? null : hostOf(web.publicUrl());
        if (guarding && !isLoopbackAddress(web.host())) {
            throw new IllegalArgumentException(
                    "rivet.auth.access: development with rivet.api.host '%s' (expected: a loopback address, or private access)"
                            .formatted(web.host()));
        }
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!guarding) {
            return chain.filter(exchange);
        }
        var headers = exchange.getRequest().getHeaders();
        var hosts = headers.getOrDefault(HttpHeaders.HOST, List.of());
        if (hosts.size() != 1 || !isLocal(hostOf("http://" + hosts.getFirst()))) {
            return Mono.error(refused("API_FORBIDDEN", "host", "a loopback name or address"));
        }
        for (var origin : headers.getOrDefault(HttpHeaders.ORIGIN, List.of())) {
            if (!isLocal(hostOf(origin))) {
                return Mono.error(refused("API_CORS_ORIGIN_NOT_ALLOWED", "origin", "none, or a loopback one"));
            }
        }
        return chain.filter(exchange);
    }

    private boolean isLocal(@Nullable String host) {
        return host != null
                && (host.equals("localhost")
                        || host.endsWith(".localhost")
                        || host.equals(publicHost)
                        || isLoopbackLiteral(host));
    }

    /** Only literals: looking a foreign name up is just what an attacker with his own name server wants. */
    static boolean isLoopbackLiteral(String host) {
        return host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}") || host.equals("[::1]");
    }

    private static boolean isLoopbackAddress(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("rivet.api.host: '%s' (expected: an address)".formatted(host), e);
        }
    }

    private static @Nullable String hostOf(@Nullable String url) {
        try {
            var host = url == null ? null : URI.create(url).getHost();
            return host == null ? null : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException _) {
            return null; // not a URL, so not ours
        }
    }

    private static Problem refused(String code, String header, String expected) {
        return new Problem(
                        HttpStatus.FORBIDDEN,
                        code,
                        "%s: foreign (expected in development access: %s)".formatted(header, expected))
                .at(header, expected);
    }
}
