package rivet.client;

import java.util.Map;

/**
 * What a route shall be.
 *
 * @param hostname the host of the requests that it takes, at most 253 characters
 * @param path the path of the requests that it takes, at most 8 parts and 256 characters; empty for all
 * @param stripPrefix whether the actor sees the request without the path
 * @param routeSubpaths whether longer paths that begin with this one are taken too
 * @param selectorTags 1 to 8 tags that an actor must have, at least; unmodifiable
 */
public record RouteUpdate(
        String hostname, String path, boolean stripPrefix, boolean routeSubpaths, Map<String, String> selectorTags) {

    /** Copies the tags. */
    public RouteUpdate {
        selectorTags = Map.copyOf(selectorTags);
    }

    /**
     * All requests to a host.
     *
     * @param hostname the host
     * @param selectorTags 1 to 8 tags that an actor must have, at least
     * @return a route of every path, which the actor sees whole
     */
    public static RouteUpdate host(String hostname, Map<String, String> selectorTags) {
        return new RouteUpdate(hostname, "", false, true, selectorTags);
    }

    /**
     * All requests to a path of a host, and to what is below it.
     *
     * @param hostname the host
     * @param path begins with {@code /}
     * @param selectorTags 1 to 8 tags that an actor must have, at least
     * @return a route of the path, which the actor does not see
     */
    public static RouteUpdate path(String hostname, String path, Map<String, String> selectorTags) {
        return new RouteUpdate(hostname, path, true, true, selectorTags);
    }

    Body body() {
        return new Body(
                hostname, path, stripPrefix, routeSubpaths, new Route.Target(new Route.ActorTarget(selectorTags)));
    }

    /** As it goes over the wire. */
    record Body(String hostname, String path, boolean stripPrefix, boolean routeSubpaths, Route.Target target) {}
}
