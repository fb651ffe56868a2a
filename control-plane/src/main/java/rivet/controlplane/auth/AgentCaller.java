package rivet.controlplane.auth;

/** Says that the caller has shown the agents' token. Handlers for agents take it as their first parameter. */
public record AgentCaller() {}
