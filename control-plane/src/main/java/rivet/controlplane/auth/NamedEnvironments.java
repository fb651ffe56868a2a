package rivet.controlplane.auth;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.tenancy.Environments;
import rivet.controlplane.web.Problem;

/** The environment that a request names in its query, provided that the caller may touch it. */
@Component
public final class NamedEnvironments {

    private final AuthSettings settings;
    private final Environments environments;

    NamedEnvironments(AuthSettings settings, Environments environments) {
        this.settings = settings;
        this.environments = environments;
    }

    /** Where none is named: the caller's only one, or in development the default one. */
    public Environment required(Principal principal, ServerHttpRequest request) {
        var named = named(principal, request);
        if (named.isPresent()) {
            return named.get();
        }
        var own = principal.environment();
        if (own != null) {
            return own;
        }
        if (settings.development()) {
            return environments.byDefault();
        }
        throw missing("project");
    }

    /** @throws Problem 400 where half of it is named, 404 for one that the caller may not touch, as for one that is not */
    public Optional<Environment> named(Principal principal, ServerHttpRequest request) {
        var project = slug(request, "project");
        var environment = slug(request, "environment");
        if (project == null && environment == null) {
            return Optional.empty();
        }
        if (project == null || environment == null) {
            throw missing(project == null ? "project" : "environment");
        }
        return Optional.of(find(principal, project, environment));
    }

    private Environment find(Principal principal, String project, String environment) {
        if (!principal.mayKnow(project)) {
            throw Environments.absentProject(project);
        }
        if (!principal.mayKnow(project, environment)) {
            throw Environments.absentEnvironment(environment);
        }
        var own = principal.environment();
        return own == null ? environments.find(project, environment) : own;
    }

    private static @Nullable String slug(ServerHttpRequest request, String name) {
        List<String> given = request.getQueryParams().getOrDefault(name, List.of());
        if (given.size() > 1 || (given.size() == 1 && !Environments.isSlug(given.getFirst()))) {
            throw Problem.badParameter(name, String.join(", ", given), "one slug: a-z, 0-9 and -");
        }
        return given.isEmpty() ? null : given.getFirst();
    }

    private static Problem missing(String name) {
        return new Problem(
                        HttpStatus.BAD_REQUEST,
                        "API_BAD_QUERY_PARAMETER",
                        "%s: missing (expected: project and environment, both)".formatted(name))
                .at(name);
    }
}
