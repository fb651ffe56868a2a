package rivet.controlplane.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.UsageRepository.Change;
import rivet.controlplane.actor.UsageRepository.Weighted;
import rivet.controlplane.query.KeyPath;
import rivet.protocol.api.UsageView;

/** Time series out of changes: what runs in an interval is what ran before it, and what begins and ends within it. */
final class Usage {

    private final Map<String, List<Change>> byGroup = new TreeMap<>();
    private final long intervalMs;
    private final int points;

    Usage(List<Change> changes, long intervalMs, int points) {
        this.intervalMs = intervalMs;
        this.points = points;
        changes.forEach(change ->
                byGroup.computeIfAbsent(change.group(), _ -> new ArrayList<>()).add(change));
    }

    int groups() {
        return byGroup.size();
    }

    /** @param group what was grouped by; absent: nothing, and where nothing ran the series are all zero */
    UsageView view(@Nullable KeyPath group) {
        if (group == null) {
            byGroup.putIfAbsent("", List.of());
        }
        var view = new UsageView(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        byGroup.forEach((name, changes) -> {
            Map<String, String> attributes = group == null ? Map.of() : Map.of(label(group), name);
            add(view, "actor_count", "gauge", attributes, actors(changes));
            add(view, "total_runtime_seconds", "counter", attributes, seconds(changes, Weighted::runs));
            add(view, "total_cpu_core_seconds", "counter", attributes, seconds(changes, Weighted::cores));
            add(view, "total_memory_gib_seconds", "counter", attributes, seconds(changes, Weighted::gib));
        });
        return view;
    }

    private static void add(UsageView view, String name, String type, Map<String, String> of, List<Double> values) {
        view.metricNames().add(name);
        view.metricTypes().add(type);
        view.metricAttributes().add(of);
        view.metricValues().add(values);
    }

    private static String label(KeyPath group) {
        return group.mapKey() == null ? group.property() : group.property() + "." + group.mapKey();
    }

    private List<Double> actors(List<Change> changes) {
        var changed = new double[points + 1];
        changes.forEach(change -> changed[Math.min(change.interval(), points)] += change.actors());
        var values = new ArrayList<Double>();
        var now = 0.0;
        for (int i = 0; i < points; i++) {
            now += changed[i];
            values.add(now);
        }
        return values;
    }

    private List<Double> seconds(List<Change> changes, ToDoubleFunction<Weighted> weight) {
        var more = new double[points + 1];
        var moreMs = new double[points + 1];
        changes.forEach(change -> {
            more[Math.min(change.interval(), points)] += weight.applyAsDouble(change.more());
            moreMs[Math.min(change.interval(), points)] += weight.applyAsDouble(change.moreMs());
        });
        var values = new ArrayList<Double>();
        var now = 0.0;
        for (int i = 0; i < points; i++) {
            now += more[i];
            values.add(Math.max(0, now * intervalMs - moreMs[i]) / 1000);
        }
        return values;
    }
}
