package rivet.controlplane.route;

import java.util.Map;

/** What a route shall be; checked. */
record RouteDraft(
        String hostname, String path, boolean routeSubpaths, boolean stripPrefix, Map<String, String> selectorTags) {}
