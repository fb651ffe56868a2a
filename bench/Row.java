import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;

/**
 * One figure beside its reference, each the median of its rounds, measured in alternation.
 *
 * @param goal what the design asks for, in words
 * @param holds whether the measured figure meets it
 */
record Row(String row, double ours, double reference, String referenceName, String goal, boolean holds, String unit, int runs) {

    static final String TITLE = "%-58s %12s %12s %8s  %-7s %-24s %s"
            .formatted("", "ours", "reference", "ratio", "holds", "goal", "reference is");

    /** A goal for the figure itself. */
    static Row absolute(
            String row, List<Double> ours, List<Double> reference, String referenceName, String unit, String goal, DoublePredicate holds) {
        var median = median(ours);
        return new Row(row, median, median(reference), referenceName, goal, holds.test(median), unit, ours.size());
    }

    /** A goal for the ratio of the figure to its reference. */
    static Row relative(
            String row, List<Double> ours, List<Double> reference, String referenceName, String unit, String goal, DoublePredicate holds) {
        var ratio = median(ours) / median(reference);
        return new Row(row, median(ours), median(reference), referenceName, goal, holds.test(ratio), unit, ours.size());
    }

    double ratio() {
        return ours / reference;
    }

    String line() {
        return String.format(
                Locale.ROOT, "%-58s %12s %12s %8.2f  %-7s %-24s %s (%s, median of %d)",
                row, number(ours), number(reference), ratio(), holds ? "yes" : "NO", goal, referenceName, unit, runs);
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"row\": \"%s\", \"ours\": %.3f, \"reference\": %.3f, \"ratio\": %.3f, \"goal\": \"%s\", \"holds\": %b, \"unit\": \"%s\","
                        + " \"runs\": %d, \"reference_is\": \"%s\"}",
                row, ours, reference, ratio(), goal, holds, unit, runs, referenceName);
    }

    static double median(List<Double> values) {
        return percentile(values, 50);
    }

    /** Nearest rank. */
    static double percentile(List<Double> values, double percent) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        return sorted[Math.clamp((int) Math.ceil(sorted.length * percent / 100) - 1, 0, sorted.length - 1)];
    }

    private static String number(double value) {
        return value >= 1000 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.2f", value);
    }

    static String show(double... values) {
        return Arrays.stream(values).mapToObj(Row::number).collect(Collectors.joining(" "));
    }
}
