package rivet.cli.terminal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads what callers write as {@code key=value,key=value}. */
public final class Pairs {

    private Pairs() {}

    /** Each text may hold several pairs, separated by commas. */
    public static Map<String, String> parse(String option, List<String> texts) {
        return read(
                option,
                texts.stream()
                        .flatMap(text -> List.of(text.split(",", -1)).stream())
                        .toList());
    }

    /** Each text is one pair, so that a value may hold a comma. */
    public static Map<String, String> parseEach(String option, List<String> texts) {
        return read(option, texts);
    }

    /** As it would be written, in the order of the keys. */
    public static String print(Map<String, String> pairs) {
        return new TreeMap<>(pairs)
                .entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + pair.getValue())
                        .collect(Collectors.joining(","));
    }

    private static Map<String, String> read(String option, List<String> pairs) {
        var map = new LinkedHashMap<String, String>();
        for (var pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw Failure.badInput("BAD_OPTION", "%s: '%s' (expected: key=value)".formatted(option, pair));
            }
            var key = pair.substring(0, equals).strip();
            if (map.put(key, pair.substring(equals + 1)) != null) {
                throw Failure.badInput("BAD_OPTION", "%s: '%s' is given twice".formatted(option, key));
            }
        }
        return map;
    }
}
