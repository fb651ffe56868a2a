package rivet.controlplane.auth;

import rivet.controlplane.tenancy.Environment;

/**
 * For whom a request is served: handlers take it as their first parameter, and without one they are not reached.
 *
 * @param name of the token, {@code development} where none is needed
 */
public record Caller(String name, Environment environment) {}
