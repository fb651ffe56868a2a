package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A route as the API shows it. @param id its name in the environment */
public record RouteView(
        String id,
        Instant createdAt,
        Instant updatedAt,
        String hostname,
        String path,
        boolean routeSubpaths,
        boolean stripPrefix,
        Target target) {

    public record Many(List<RouteView> routes) {}

    /** Body of {@code PUT /routes/{name_id}}. */
    public record Update(
            @Nullable String hostname,
            @Nullable String path,
            @Nullable Boolean stripPrefix,
            @Nullable Boolean routeSubpaths,
            @Nullable Target target) {}

    public record Target(@Nullable Actors actors) {}

    public record Actors(@Nullable Map<String, String> selectorTags) {}

    /** Series of numbers; the lists are parallel. @param metricValues of each series, one number for each interval */
    public record History(
            List<String> metricNames,
            List<Map<String, String>> metricAttributes,
            List<String> metricTypes,
            List<List<Long>> metricValues) {}
}
