package rivet.controlplane.auth;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a token may do. Each may read; what else, the handlers say with {@link Needs}. */
public enum Scope {
    /** Everything, tokens and the audit trail included. */
    ADMIN,
    /** Builds and routes, and upgrades of actors to other builds. */
    DEPLOY,
    /** Creates, upgrades, destroys actors. */
    ACTORS,
    /** Looks, changes nothing. */
    READ;

    static Optional<Scope> of(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.toString().equals(text))
                .findFirst();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
