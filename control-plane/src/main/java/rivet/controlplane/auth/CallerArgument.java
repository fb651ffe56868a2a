package rivet.controlplane.auth;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.result.method.SyncHandlerMethodArgumentResolver;
import org.springframework.web.server.ServerWebExchange;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.web.Problem;

/**
 * The one gate to all handlers that serve people and programs: finds out who calls (401), whether that is enough (403), and
 * then only looks for the environment (404). It is an argument resolver and not a filter, because it asks the database, and
 * only from the resolvers on are we on a thread that may wait.
 */
@Component
final class CallerArgument implements SyncHandlerMethodArgumentResolver {

    private final Authentication authentication;
    private final NamedEnvironments environments;
    private final Audit audit;

    CallerArgument(Authentication authentication, NamedEnvironments environments, Audit audit) {
        this.authentication = authentication;
        this.environments = environments;
        this.audit = audit;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class || parameter.getParameterType() == Principal.class;
    }

    @Override
    public Object resolveArgumentValue(MethodParameter parameter, BindingContext context, ServerWebExchange exchange) {
        var needs = parameter.getMethodAnnotation(Needs.class);
        var principal = authentication.of(exchange, isAudited(exchange, needs));
        try {
            authorise(principal, needs);
            return parameter.getParameterType() == Principal.class
                    ? principal
                    : new Caller(principal, environments.required(principal, exchange.getRequest()));
        } catch (Problem refused) {
            if (principal.origin().audited()) {
                audit.refused(Changes.of(principal, principal.environment()), refused);
            }
            throw refused;
        }
    }

    private static boolean isAudited(ServerWebExchange exchange, @Nullable Needs needs) {
        return (needs != null && needs.audited()) || isChange(exchange, needs);
    }

    private static boolean isChange(ServerWebExchange exchange, @Nullable Needs needs) {
        var reads = needs != null && List.of(needs.value()).contains(Scope.READ);
        var method = exchange.getRequest().getMethod().name();
        return !reads && !method.equals("GET") && !method.equals("HEAD");
    }

    private static void authorise(Principal principal, @Nullable Needs needs) {
        var scopes = needs == null ? new Scope[] {Scope.ADMIN} : needs.value();
        if (Arrays.stream(scopes).noneMatch(principal::has)) {
            throw forbidden("this token's scopes are not enough", scopes);
        }
        if ((needs == null || needs.everywhere()) && !principal.isEverywhere()) {
            throw forbidden("this token is good for one environment only", scopes)
                    .with("everywhere", true);
        }
    }

    private static Problem forbidden(String what, Scope[] scopes) {
        var needed = Arrays.stream(scopes).map(Scope::toString).toList();
        return new Problem(
                        HttpStatus.FORBIDDEN,
                        "API_FORBIDDEN",
                        "%s (expected: %s)".formatted(what, needed.stream().collect(Collectors.joining(" or "))))
                .with("needs", needed);
    }
}
