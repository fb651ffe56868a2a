package rivet.controlplane.auth;

import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import rivet.controlplane.auth.Principal.Origin;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.RayIds;

/** Turns what a request shows into who calls. Nothing is kept from one request to the next: a revoked token is revoked. */
@Component
final class Authentication {

    private final AuthSettings settings;
    private final TokenRepository tokens;
    private final RateLimit limit;

    Authentication(AuthSettings settings, TokenRepository tokens, RateLimit limit) {
        this.settings = settings;
        this.tokens = tokens;
        this.limit = limit;
    }

    /** @throws Problem 401 without a valid token, 429 where it is shown too often */
    Principal of(ServerWebExchange exchange, boolean audited) {
        var origin = origin(exchange, audited);
        if (settings.development()) {
            return new Principal(null, "development", Set.of(Scope.ADMIN), null, null, origin);
        }
        var kept = kept(exchange.getRequest());
        var token = kept.token();
        limit.count(token.id());
        if (!kept.lately()) {
            tokens.noticeUse(token.id());
        }
        return new Principal(token.id(), token.name(), token.scopes(), token.environment(), token.expiresAt(), origin);
    }

    private TokenRepository.Kept kept(ServerHttpRequest request) {
        var secret = Bearer.of(request)
                .filter(text -> text.length() >= AuthSettings.SHORTEST_TOKEN)
                .map(TokenSecret::new)
                .orElseThrow(Bearer::refused);
        var found = tokens.find(secret.prefix())
                .filter(kept -> kept.hash().isOf(secret))
                .orElseThrow(Bearer::refused);
        // Who knows the whole secret may know what became of it.
        return switch (found.validity()) {
            case VALID -> found;
            case EXPIRED -> throw refused("TOKEN_EXPIRED", "this token has expired");
            case REVOKED -> throw refused("TOKEN_REVOKED", "this token has been revoked");
        };
    }

    private static Problem refused(String code, String message) {
        return new Problem(HttpStatus.UNAUTHORIZED, code, message);
    }

    private static Origin origin(ServerWebExchange exchange, boolean audited) {
        var request = exchange.getRequest();
        var pattern = exchange.getAttributeOrDefault(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, (Object) "?");
        var from = request.getRemoteAddress();
        var path = request.getPath().value();
        var query = request.getURI().getQuery();
        var looks = audited && HttpMethod.GET.equals(request.getMethod());
        return new Origin(
                request.getMethod().name() + " " + pattern,
                looks && query != null ? path + "?" + query : path,
                from == null || from.getAddress() == null
                        ? "?"
                        : from.getAddress().getHostAddress(),
                RayIds.of(exchange),
                audited);
    }
}
