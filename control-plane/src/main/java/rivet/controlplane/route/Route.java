package rivet.controlplane.route;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** A host name and path, and the tags of the actors that they lead to. @param name unique in its environment */
record Route(
        UUID environmentId,
        String name,
        String hostname,
        String path,
        boolean routeSubpaths,
        boolean stripPrefix,
        Map<String, String> selectorTags,
        Instant createdAt,
        Instant updatedAt) {}
