package rivet.protocol.link;

import java.util.Map;

/**
 * A host name and path that lead to the actors of one environment that have some tags.
 *
 * @param environmentId a UUID as text
 * @param name unique within its environment
 * @param hostname in lower case, without a port
 * @param path empty, or begins with a slash and does not end with one; compared as it is written, never decoded
 * @param routeSubpaths whether longer paths that begin with this one are meant too
 * @param stripPrefix whether the actor sees the request without {@code path}
 * @param selectorTags an actor must have them all, and may have more
 */
public record CustomRoute(
        String environmentId,
        String name,
        String hostname,
        String path,
        boolean routeSubpaths,
        boolean stripPrefix,
        Map<String, String> selectorTags) {}
