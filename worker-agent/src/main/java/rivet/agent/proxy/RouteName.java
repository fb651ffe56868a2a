package rivet.agent.proxy;

/** Which custom route. @param environmentId a UUID as text @param name unique within the environment */
public record RouteName(String environmentId, String name) {}
