package rivet.controlplane.auth;

import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import rivet.controlplane.web.Problem;

/** The token of an {@code Authorization} header. */
final class Bearer {

    private static final String SCHEME = "Bearer ";

    private Bearer() {}

    static Optional<String> of(ServerHttpRequest request) {
        var header = request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).trim())
                : Optional.empty();
    }

    /** The same for no token, an unknown one and a wrong one: what is wrong with it is nobody's business. */
    static Problem refused() {
        return new Problem(
                HttpStatus.UNAUTHORIZED, "API_UNAUTHORIZED", "a valid token is needed (Authorization: Bearer ...)");
    }
}
