package rivet.agent;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads settings from text; each failure names the setting, what it was and what it should be. */
record Values(Map<String, String> texts) {

    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    interface RangeOf<T> {
        T of(int first, int last);
    }

    Optional<String> optional(String name) {
        return Optional.ofNullable(texts.get(name)).filter(text -> !text.isBlank());
    }

    String required(String name) {
        return optional(name).orElseThrow(() -> new IllegalArgumentException(name + ": not set (expected: a value)"));
    }

    String text(String name, String otherwise) {
        return optional(name).orElse(otherwise);
    }

    int number(String name, int otherwise) {
        var text = text(name, Integer.toString(otherwise));
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw unexpected(name, text, "a whole number", e);
        }
    }

    URI uri(String name, String otherwise) {
        return uriOf(name, text(name, otherwise));
    }

    /** Separated by commas. */
    List<URI> uris(String name, String otherwise) {
        return Stream.of(text(name, otherwise).split(",", -1))
                .map(text -> uriOf(name, text.strip()))
                .distinct()
                .toList();
    }

    private static URI uriOf(String name, String text) {
        try {
            var uri = URI.create(text);
            if (uri.getHost() == null) {
                throw unexpected(name, text, "a URL such as http://127.0.0.1:6420", null);
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw unexpected(name, text, "a URL such as http://127.0.0.1:6420", e);
        }
    }

    <T> T range(String name, String otherwise, RangeOf<T> range) {
        var text = text(name, otherwise);
        var parts = RANGE.matcher(text);
        if (!parts.matches()) {
            throw unexpected(name, text, "two numbers such as " + otherwise, null);
        }
        return range.of(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    private static IllegalArgumentException unexpected(
            String name, String text, String expected, @Nullable Throwable cause) {
        return new IllegalArgumentException("%s: '%s' (expected: %s)".formatted(name, text, expected), cause);
    }
}
