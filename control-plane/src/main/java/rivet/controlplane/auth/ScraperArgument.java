package rivet.controlplane.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.result.method.SyncHandlerMethodArgumentResolver;
import org.springframework.web.server.ServerWebExchange;

/**
 * Lets Prometheus in: with a token of its own, which can do nothing else, compared in constant time. Development access asks
 * nobody for a token. The database is not needed, so that metrics can be read while it is away.
 */
@Component
final class ScraperArgument implements SyncHandlerMethodArgumentResolver {

    private final AuthSettings auth;
    private final ScraperSettings settings;

    ScraperArgument(AuthSettings auth, ScraperSettings settings) {
        this.auth = auth;
        this.settings = settings;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Scraper.class;
    }

    @Override
    public Object resolveArgumentValue(MethodParameter parameter, BindingContext context, ServerWebExchange exchange) {
        if (auth.development()) {
            return new Scraper();
        }
        return Bearer.of(exchange.getRequest())
                .filter(this::isOurs)
                .map(_ -> new Scraper())
                .orElseThrow(Bearer::refused);
    }

    private boolean isOurs(String token) {
        return !settings.token().isEmpty()
                && MessageDigest.isEqual(
                        token.getBytes(StandardCharsets.UTF_8), settings.token().getBytes(StandardCharsets.UTF_8));
    }
}
