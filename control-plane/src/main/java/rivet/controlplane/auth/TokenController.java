package rivet.controlplane.auth;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.tenancy.Environment;
import rivet.protocol.api.TokenView;

/** Tokens over REST. */
@RestController
@RequestMapping("/tokens")
class TokenController {

    private final Tokens tokens;
    private final NamedEnvironments environments;

    TokenController(Tokens tokens, NamedEnvironments environments) {
        this.tokens = tokens;
        this.environments = environments;
    }

    /** Tokens, without their secrets. */
    @Needs(Scope.ADMIN)
    @GetMapping
    TokenView.Many list(Principal caller, ServerHttpRequest http) {
        var named = environments.named(caller, http).orElse(null);
        return new TokenView.Many(
                tokens.list(caller, named).stream().map(TokenController::view).toList());
    }

    /** Creates a token. Its secret is in this answer and never again. */
    @Needs(Scope.ADMIN)
    @PostMapping
    TokenView.Created create(Principal caller, ServerHttpRequest http, @RequestBody TokenView.CreateRequest request) {
        var draft = new TokenDraft(
                TokenChecks.name(request.name()),
                TokenChecks.scopes(request.scopes()),
                environment(caller, http, request.everywhere()),
                request.expiresAt());
        var issued = tokens.issue(caller, draft);
        return new TokenView.Created(view(issued.token()), issued.secret().text());
    }

    private @Nullable Environment environment(Principal caller, ServerHttpRequest http, @Nullable Boolean everywhere) {
        return Boolean.TRUE.equals(everywhere) ? null : environments.required(caller, http);
    }

    /** Revokes a token; its next request is refused, whichever server it comes to. */
    @Needs(Scope.ADMIN)
    @DeleteMapping("/{id}")
    Map<String, Object> revoke(Principal caller, @PathVariable("id") String id) {
        tokens.revoke(caller, parse(id));
        return Map.of();
    }

    private static UUID parse(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException _) {
            throw Tokens.absent(id);
        }
    }

    private static TokenView view(Token token) {
        var environment = token.environment();
        return new TokenView(
                token.id().toString(),
                token.name(),
                token.prefix(),
                token.scopes().stream().map(Scope::toString).toList(),
                environment == null,
                environment == null ? null : environment.projectSlug(),
                environment == null ? null : environment.slug(),
                token.createdAt(),
                token.expiresAt(),
                token.lastUsedAt());
    }
}
