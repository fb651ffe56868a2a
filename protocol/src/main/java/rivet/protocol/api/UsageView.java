package rivet.protocol.api;

import java.util.List;
import java.util.Map;

/**
 * Time series as parallel lists: one entry for each metric of each group.
 *
 * @param metricAttributes the group that a series is about; empty where nothing was grouped
 * @param metricTypes {@code gauge} or {@code counter}
 * @param metricValues one number for each interval from the start on
 */
public record UsageView(
        List<String> metricNames,
        List<Map<String, String>> metricAttributes,
        List<String> metricTypes,
        List<List<Double>> metricValues) {}
