package rivet.controlplane.auth;

import org.jspecify.annotations.Nullable;
import rivet.controlplane.audit.Change;
import rivet.controlplane.tenancy.Environment;

/** A principal's request as the audit trail tells it. */
final class Changes {

    private Changes() {}

    static Change of(Principal principal, @Nullable Environment environment) {
        var origin = principal.origin();
        return new Change(
                new Change.Who(principal.tokenId(), principal.name()),
                origin.operation(),
                origin.target(),
                environment == null
                        ? null
                        : new Change.Where(environment.id(), environment.projectSlug(), environment.slug()),
                origin.address(),
                origin.ray());
    }
}
