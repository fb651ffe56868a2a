package rivet.controlplane.auth;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.tenancy.Environment;

/**
 * Who calls, and what that may be done. Handlers that serve no one environment take it as their first parameter.
 *
 * @param tokenId null in development access, where no token is asked for
 * @param name of the token; {@code development} where none is needed
 * @param environment the only one that may be touched; null: the whole installation
 * @param expiresAt null: never
 */
public record Principal(
        @Nullable UUID tokenId,
        String name,
        Set<Scope> scopes,
        @Nullable Environment environment,
        @Nullable Instant expiresAt,
        Origin origin) {

    /**
     * The request that brought it.
     *
     * @param operation method and path pattern
     * @param target its path, and where one is audited that only looks, what it asks for
     * @param address of the client, or of the last proxy before us
     * @param audited whether it changes something, or is told in the audit trail all the same
     */
    public record Origin(String operation, String target, String address, String ray, boolean audited) {}

    public boolean isEverywhere() {
        return environment == null;
    }

    /** Whether a project is one that this caller may know of. */
    public boolean mayKnow(String project) {
        return environment == null || environment.projectSlug().equals(project);
    }

    /** Likewise for an environment. */
    public boolean mayKnow(String project, String slug) {
        return environment == null
                || (environment.projectSlug().equals(project)
                        && environment.slug().equals(slug));
    }

    /** An administrator may do anything, and everyone may look. */
    boolean has(Scope scope) {
        return scope == Scope.READ || scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }
}
