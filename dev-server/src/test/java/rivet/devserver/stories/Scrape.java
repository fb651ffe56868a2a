package rivet.devserver.stories;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What Prometheus would know after it had been here.
 *
 * @param samples of each name
 * @param families the names that were explained, with their type
 */
record Scrape(Map<String, List<Sample>> samples, Map<String, String> families) {

    record Sample(Map<String, String> labels, double value) {}

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");

    static Scrape of(String... texts) {
        var samples = new HashMap<String, List<Sample>>();
        var families = new TreeMap<String, String>();
        for (var text : texts) {
            text.lines().forEach(line -> {
                var type = TYPE.matcher(line);
                if (type.matches()) {
                    families.put(type.group(1), type.group(2));
                }
                var sample = SAMPLE.matcher(line);
                if (!line.startsWith("#") && sample.matches()) {
                    samples.computeIfAbsent(sample.group(1), _ -> new ArrayList<>())
                            .add(new Sample(labels(sample.group(2)), value(sample.group(3))));
                }
            });
        }
        return new Scrape(samples, families);
    }

    /** Of all samples of the family, but those that its type brings. */
    Set<String> labelsOf(String family) {
        var labels = new TreeSet<String>();
        for (var suffix : List.of("", "_bucket", "_count", "_sum", "_max")) {
            samples.getOrDefault(family + suffix, List.of())
                    .forEach(each -> labels.addAll(each.labels().keySet()));
        }
        labels.removeAll(Set.of("le", "quantile"));
        return labels;
    }

    /** Whether there is a sample with all these labels. */
    boolean has(String name, Set<String> labels) {
        return samples.getOrDefault(name, List.of()).stream()
                .anyMatch(each -> each.labels().keySet().containsAll(labels));
    }

    /** Of all samples that have these labels with these values. */
    double sum(String name, Map<String, String> labels) {
        return samples.getOrDefault(name, List.of()).stream()
                .filter(each -> each.labels().entrySet().containsAll(labels.entrySet()))
                .mapToDouble(Sample::value)
                .sum();
    }

    private static double value(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static Map<String, String> labels(@org.jspecify.annotations.Nullable String text) {
        var labels = new LinkedHashMap<String, String>();
        if (text != null) {
            LABEL.matcher(text).results().forEach(found -> labels.put(found.group(1), found.group(2)));
        }
        return labels;
    }
}
