package rivet.controlplane.query;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.query.Expression.Test;
import tools.jackson.databind.JsonNode;

/** One operator's fields; remembers which were read, so that a misspelt one does not pass unseen. */
final class QueryFields {

    private static final int MAX_VALUES = 1_000;
    private static final int MAX_TEXT_CHARS = 1_024;

    private final JsonNode body;
    final String at;
    private final Set<String> read = new TreeSet<>();

    QueryFields(JsonNode body, String at) {
        if (!body.isObject()) {
            throw new IllegalQuery(at, "expected: an object");
        }
        this.body = body;
        this.at = at;
    }

    String string(String name) {
        var text = required(name, JsonNode::isString, "a string").stringValue();
        if (!isComparable(text)) {
            throw new IllegalQuery(
                    in(name),
                    "expected: at most %d characters, none of them NUL or half a pair".formatted(MAX_TEXT_CHARS));
        }
        return text;
    }

    @Nullable
    String optionalString(String name) {
        return absent(name) ? null : string(name);
    }

    boolean bool(String name) {
        return required(name, JsonNode::isBoolean, "true or false").booleanValue();
    }

    double number(String name) {
        return number(required(name, JsonNode::isNumber, "a number"), name);
    }

    Set<Double> numbers() {
        var values = new LinkedHashSet<Double>();
        for (var value : array("values")) {
            if (!value.isNumber()) {
                throw new IllegalQuery(in("values"), "expected: numbers");
            }
            values.add(number(value, "values"));
        }
        return values;
    }

    /** Read last: what is left over then is no field. */
    KeyPath keyPath(Schema schema) {
        var name = string("property");
        var property = schema.get(name, in("property"));
        var mapKey = optionalString("map_key");
        requireNoOthers();
        if ((property.type() == Schema.Type.TEXT_MAP) != (mapKey != null)) {
            throw new IllegalQuery(
                    in("map_key"), (mapKey == null ? "missing: '%s' is a map" : "'%s' is not a map").formatted(name));
        }
        return new KeyPath(name, mapKey);
    }

    private String in(String field) {
        return at.isEmpty() ? field : at + "." + field;
    }

    Test text(String name, TextTest test) {
        return test.of(Set.of(folded(name)), folds());
    }

    Test texts(TextTest test) {
        var values = new LinkedHashSet<String>();
        for (var value : array("values")) {
            if (!value.isString() || !isComparable(value.stringValue())) {
                throw new IllegalQuery(
                        in("values"), "expected: strings of at most %d characters".formatted(MAX_TEXT_CHARS));
            }
            values.add(fold(value.stringValue()));
        }
        return test.of(values, folds());
    }

    String folded(String name) {
        return fold(string(name));
    }

    /** Both spellings were published: {@code case_insensitive}, and its opposite. */
    boolean folds() {
        var insensitive = !absent("case_insensitive") && bool("case_insensitive");
        var sensitive = absent("case_sensitive") || bool("case_sensitive");
        return insensitive || !sensitive;
    }

    List<JsonNode> array(String name) {
        var array = required(name, JsonNode::isArray, "an array");
        if (array.size() > MAX_VALUES) {
            throw new IllegalQuery(in(name), "%d elements (expected: at most %d)".formatted(array.size(), MAX_VALUES));
        }
        return array.valueStream().collect(Collectors.toList());
    }

    void requireNoOthers() {
        body.propertyNames().stream()
                .filter(name -> !read.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalQuery(
                            in(name), "not a field of this operator (expected: %s)".formatted(String.join(", ", read)));
                });
    }

    /** The database has no zero character, and half a surrogate pair is no character at all. */
    private static boolean isComparable(String text) {
        return text.length() <= MAX_TEXT_CHARS
                && text.indexOf('\0') < 0
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private String fold(String text) {
        return folds() ? text.toLowerCase(Locale.ROOT) : text;
    }

    private double number(JsonNode node, String name) {
        var value = node.doubleValue();
        if (!Double.isFinite(value)) {
            throw new IllegalQuery(in(name), "expected: a number that fits a double");
        }
        return value;
    }

    private boolean absent(String name) {
        read.add(name);
        return !body.has(name) || body.get(name).isNull();
    }

    private JsonNode required(String name, Function<JsonNode, Boolean> is, String expected) {
        if (absent(name) || !is.apply(body.get(name))) {
            throw new IllegalQuery(in(name), "expected: " + expected);
        }
        return body.get(name);
    }

    interface TextTest {
        Test of(Set<String> values, boolean folded);
    }
}
