package rivet.controlplane.auth;

import rivet.controlplane.tenancy.Environment;

/**
 * Who calls, and the environment that is meant and may be touched: handlers take it as their first parameter, and without one
 * they are not reached.
 */
public record Caller(Principal principal, Environment environment) {

    /** Of the token; {@code development} where none is needed. */
    public String name() {
        return principal.name();
    }
}
