package cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the faults did to users, by kind. Faults overlap, so what one did may be told of another as well.
 *
 * @param outages of each fault: for how many seconds its worst-off actor answered nobody, as far as that began during it
 * @param prompt the share of the requests during it that succeeded within a second
 */
record Table(String kind, List<Double> outages, double prompt) {

    /** What follows from a fault may begin a little after it: a fence, a replacement. */
    private static final long AFTER_NANOS = 5_000_000_000L;

    private static final double PROMPT_MS = 1000;

    private record Gap(long began, long ended) {}

    static List<Table> of(List<Fault.Done> done, History history) {
        var byActor = history.byActor();
        var gaps = byActor.values().stream().map(Table::gaps).flatMap(List::stream).toList();
        Map<String, List<Fault.Done>> byKind = done.stream()
                .collect(Collectors.groupingBy(one -> one.fault().kind(), TreeMap::new, Collectors.toList()));
        var rows = new ArrayList<Table>();
        byKind.forEach((kind, faults) -> rows.add(new Table(
                kind, faults.stream().map(fault -> longest(fault, gaps)).sorted().toList(), prompt(faults, history.all()))));
        return rows;
    }

    static String title() {
        return "%-34s %6s %13s %13s %22s".formatted("fault", "count", "outage p50", "outage max", "succeeded within 1 s");
    }

    String line() {
        return String.format(Locale.ROOT, "%-34s %6d %11.1f s %11.1f s %20.1f %%", kind, outages.size(), median(), max(), prompt * 100);
    }

    String json() {
        return String.format(
                Locale.ROOT, "{\"fault\": \"%s\", \"count\": %d, \"outage_p50_s\": %.2f, \"outage_max_s\": %.2f, \"prompt\": %.4f}",
                kind, outages.size(), median(), max(), prompt);
    }

    private double median() {
        return outages.get((outages.size() - 1) / 2);
    }

    private double max() {
        return outages.getLast();
    }

    /** From the begin of the first request that failed to the end of the next that succeeded. */
    private static List<Gap> gaps(List<History.Increment> ofOneActor) {
        var sorted = ofOneActor.toArray(History.Increment[]::new);
        Arrays.sort(sorted, (a, b) -> Long.compare(a.endedNanos(), b.endedNanos()));
        var gaps = new ArrayList<Gap>();
        long since = 0;
        for (var increment : sorted) {
            if (!increment.acknowledged()) {
                since = since == 0 ? increment.beganNanos() : Math.min(since, increment.beganNanos());
            } else if (since != 0) {
                gaps.add(new Gap(since, increment.endedNanos()));
                since = 0;
            }
        }
        return gaps;
    }

    private static double longest(Fault.Done done, List<Gap> gaps) {
        return gaps.stream()
                .filter(gap -> gap.ended() > done.beganNanos() && gap.began() >= done.beganNanos() - 2_000_000_000L && gap.began() < done.endNanos() + AFTER_NANOS)
                .mapToDouble(gap -> (gap.ended() - Math.max(gap.began(), done.beganNanos())) / 1e9)
                .max()
                .orElse(0);
    }

    private static double prompt(List<Fault.Done> faults, List<History.Increment> all) {
        var during = all.stream()
                .filter(one -> faults.stream().anyMatch(fault -> one.beganNanos() >= fault.beganNanos() && one.beganNanos() < fault.endNanos() + AFTER_NANOS))
                .toList();
        return during.isEmpty() ? 1 : during.stream().filter(one -> one.acknowledged() && one.ms() <= PROMPT_MS).count() / (double) during.size();
    }
}
