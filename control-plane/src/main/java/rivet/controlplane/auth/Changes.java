package rivet.controlplane.auth;

import org.jspecify.annotations.Nullable;
import rivet.controlplane.audit.Change;
import rivet.controlplane.tenancy.Environment;

/** A principal's request as the audit trail tells it. */
final class Changes {

    private static final int LONGEST_PATH = 512;

    private Changes() {}

    static Change of(Principal principal, @Nullable Environment environment) {
        var origin = principal.origin();
        return new Change(
                new Change.Who(principal.tokenId(), principal.name()),
                origin.operation(),
                origin.path().substring(0, Math.min(LONGEST_PATH, origin.path().length())),
                environment == null
                        ? null
                        : new Change.Where(environment.id(), environment.projectSlug(), environment.slug()),
                origin.address(),
                origin.ray());
    }
}
