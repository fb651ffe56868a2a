package rivet.devserver.stories;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The parts of a PromQL expression that must exist for it to show anything.
 *
 * @param selectors the labels that are asked for, by the metric's name
 * @param grouped the labels of all {@code by}, {@code without}, {@code on} and {@code ignoring}
 */
record PromQuery(Map<String, Set<String>> selectors, Set<String> grouped) {

    private static final Set<String> WORDS = Set.of(
            "by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset");

    /** What may stand between the name of an aggregation and its argument. */
    private static final Set<String> GROUPING = Set.of("by", "without");

    private static final Pattern TOKEN = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|\\[[^\\]]*\\]|\\{(?:[^}\"]|\"(?:[^\"\\\\]|\\\\.)*\")*\\}|[a-zA-Z_:][\\w:]*|\\d[\\w.]*|\\S");

    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");

    static PromQuery of(String expression) {
        var tokens =
                TOKEN.matcher(expression).results().map(found -> found.group()).toList();
        var selectors = new LinkedHashMap<String, Set<String>>();
        var grouped = new HashSet<String>();
        for (int at = 0; at < tokens.size(); at++) {
            var token = tokens.get(at);
            var next = at + 1 < tokens.size() ? tokens.get(at + 1) : "";
            if (WORDS.contains(token) && next.equals("(")) {
                for (at += 2; !tokens.get(at).equals(")"); at++) {
                    if (!tokens.get(at).equals(",")) {
                        grouped.add(tokens.get(at));
                    }
                }
            } else if (isName(token) && !WORDS.contains(token) && !next.equals("(") && !GROUPING.contains(next)) {
                selectors.computeIfAbsent(token, _ -> new HashSet<>()).addAll(labels(next));
            }
        }
        return new PromQuery(selectors, grouped);
    }

    private static boolean isName(String token) {
        return Character.isLetter(token.charAt(0)) || token.charAt(0) == '_';
    }

    private static Set<String> labels(String braces) {
        var labels = new HashSet<String>();
        if (braces.startsWith("{")) {
            MATCHER.matcher(braces).results().forEach(found -> labels.add(found.group(1)));
        }
        return labels;
    }
}
