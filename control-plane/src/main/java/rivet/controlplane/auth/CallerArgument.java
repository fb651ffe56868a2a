package rivet.controlplane.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.result.method.SyncHandlerMethodArgumentResolver;
import org.springframework.web.server.ServerWebExchange;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.tenancy.Environments;
import rivet.controlplane.web.Problem;

/**
 * Finds out who calls and for which environment. It is an argument resolver and not a filter, because it asks the database,
 * and only from the resolvers on are we on a thread that may wait.
 */
@Component
final class CallerArgument implements SyncHandlerMethodArgumentResolver {

    private final AuthSettings settings;
    private final ApiTokens tokens;
    private final Environments environments;

    CallerArgument(AuthSettings settings, ApiTokens tokens, Environments environments) {
        this.settings = settings;
        this.tokens = tokens;
        this.environments = environments;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Object resolveArgumentValue(MethodParameter parameter, BindingContext context, ServerWebExchange exchange) {
        var request = exchange.getRequest();
        var name = settings.development()
                ? "development"
                : Bearer.of(request).flatMap(tokens::verify).orElseThrow(Bearer::refused);
        return new Caller(name, environment(request));
    }

    private Environment environment(ServerHttpRequest request) {
        var project = slug(request, "project");
        var environment = slug(request, "environment");
        if (project == null && environment == null && settings.development()) {
            return environments.byDefault();
        }
        if (project == null || environment == null) {
            throw missing(project == null ? "project" : "environment");
        }
        return environments.find(project, environment);
    }

    private static @Nullable String slug(ServerHttpRequest request, String name) {
        List<String> given = request.getQueryParams().getOrDefault(name, List.of());
        if (given.size() > 1 || (given.size() == 1 && !isSlug(given.getFirst()))) {
            throw Problem.badParameter(name, String.join(", ", given), "one slug: a-z, 0-9 and -");
        }
        return given.isEmpty() ? null : given.getFirst();
    }

    private static boolean isSlug(@Nullable String text) {
        return text != null && text.matches("[a-z0-9][a-z0-9-]{0,63}");
    }

    private static Problem missing(String name) {
        return new Problem(
                        HttpStatus.BAD_REQUEST,
                        "API_BAD_QUERY_PARAMETER",
                        "%s: missing (expected: project and environment, both)".formatted(name))
                .at(name);
    }
}
