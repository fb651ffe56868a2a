package rivet.controlplane.query;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.query.Expression.And;
import rivet.controlplane.query.Expression.Leaf;
import rivet.controlplane.query.Expression.Or;
import rivet.controlplane.query.Expression.Order;
import rivet.controlplane.query.Expression.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a query and refuses, saying where, what is not one. An instance reads one query. */
public final class QueryParser {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NODES = 256;
    private static final int MAX_VALUES = 1_000;
    private static final int MAX_TEXT_CHARS = 1_024;
    private static final int MAX_QUERY_CHARS = 65_536;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Schema schema;
    private int nodes;
    private final Patterns patterns = new Patterns();

    private QueryParser(Schema schema) {
        this.schema = schema;
    }

    /** @throws IllegalQuery where the caller must mend the query */
    public static Expression parse(String json, Schema schema) {
        try {
            return new QueryParser(schema).expression(JSON.readTree(bounded(json)), "", 1);
        } catch (JacksonException e) {
            throw new IllegalQuery("", "not JSON: " + e.getOriginalMessage());
        }
    }

    /** Reads a {@code {"property": …, "map_key": …}}. @throws IllegalQuery where the caller must mend it */
    public static KeyPath keyPath(String json, Schema schema) {
        try {
            return new Fields(JSON.readTree(bounded(json)), "").keyPath(schema);
        } catch (JacksonException e) {
            throw new IllegalQuery("", "not JSON: " + e.getOriginalMessage());
        }
    }

    /** Those that have the text; or, as a pattern, match it. @throws IllegalQuery if it is not a pattern */
    public static Expression search(KeyPath path, String text, boolean pattern, boolean folded) {
        return new Leaf(
                path,
                pattern
                        ? new Test.Matches(new Patterns().compile(text, folded, ""))
                        : new Test.Contains(folded ? text.toLowerCase(Locale.ROOT) : text, folded));
    }

    private static String bounded(String json) {
        if (json.length() > MAX_QUERY_CHARS) {
            throw new IllegalQuery(
                    "", "%d characters (expected: at most %d)".formatted(json.length(), MAX_QUERY_CHARS));
        }
        return json;
    }

    private Expression expression(JsonNode node, String at, int depth) {
        if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
            throw new IllegalQuery(
                    at, "too large (expected: at most %d deep, %d expressions)".formatted(MAX_DEPTH, MAX_NODES));
        }
        if (!node.isObject() || node.size() != 1) {
            throw new IllegalQuery(at, "expected: an object with one key, such as {\"string_equal\": {…}}");
        }
        var operator = node.propertyNames().iterator().next();
        var body = node.get(operator);
        var inside = at.isEmpty() ? operator : at + "." + operator;
        return switch (operator) {
            case "and" -> new And(expressions(body, inside, depth));
            case "or" -> new Or(expressions(body, inside, depth));
            default -> leaf(operator, new Fields(body, inside));
        };
    }

    private List<Expression> expressions(JsonNode body, String at, int depth) {
        var exprs = new Fields(body, at).array("exprs");
        var parsed = new ArrayList<Expression>();
        for (var expr : exprs) {
            parsed.add(expression(expr, "%s.exprs[%d]".formatted(at, parsed.size()), depth + 1));
        }
        return List.copyOf(parsed);
    }

    private Expression leaf(String operator, Fields fields) {
        return switch (operator) {
            case "bool_equal" -> leaf(fields, Schema.Type.BOOL, new Test.Is(fields.bool("value")));
            case "bool_not_equal" -> leaf(fields, Schema.Type.BOOL, new Test.IsNot(fields.bool("value")));
            case "string_equal" -> leaf(fields, Schema.Type.TEXT, fields.text("value", Test.TextIn::new));
            case "string_not_equal" -> leaf(fields, Schema.Type.TEXT, fields.text("value", Test.TextNotIn::new));
            case "string_in" -> leaf(fields, Schema.Type.TEXT, fields.texts(Test.TextIn::new));
            case "string_not_in" -> leaf(fields, Schema.Type.TEXT, fields.texts(Test.TextNotIn::new));
            case "string_contains" ->
                leaf(fields, Schema.Type.TEXT, new Test.Contains(fields.folded("value"), fields.folds()));
            case "string_match_regex" -> leaf(fields, Schema.Type.TEXT, new Test.Matches(pattern(fields)));
            case "number_equal" -> leaf(fields, Schema.Type.NUMBER, new Test.NumberIn(Set.of(fields.number("value"))));
            case "number_not_equal" ->
                leaf(fields, Schema.Type.NUMBER, new Test.NumberNotIn(Set.of(fields.number("value"))));
            case "number_in" -> leaf(fields, Schema.Type.NUMBER, new Test.NumberIn(fields.numbers()));
            case "number_not_in" -> leaf(fields, Schema.Type.NUMBER, new Test.NumberNotIn(fields.numbers()));
            case "number_less" -> compare(fields, Order.LESS);
            case "number_less_or_equal" -> compare(fields, Order.LESS_OR_EQUAL);
            case "number_greater" -> compare(fields, Order.GREATER);
            case "number_greater_or_equal" -> compare(fields, Order.GREATER_OR_EQUAL);
            default ->
                throw new IllegalQuery(
                        fields.at,
                        "'%s' is not an operator (expected: and, or, bool_…, string_… or number_…)"
                                .formatted(operator));
        };
    }

    private Pattern pattern(Fields fields) {
        return patterns.compile(fields.string("pattern"), fields.folds(), fields.at + ".pattern");
    }

    private Expression compare(Fields fields, Order order) {
        return leaf(fields, Schema.Type.NUMBER, new Test.Compare(order, fields.number("value")));
    }

    private Expression leaf(Fields fields, Schema.Type wanted, Test test) {
        var path = fields.keyPath(schema);
        var type = schema.get(path.property(), fields.at).type().compared();
        if (type != wanted) {
            throw new IllegalQuery(
                    fields.at + ".property",
                    "'%s' holds %s, not %s".formatted(path.property(), lower(type), lower(wanted)));
        }
        return new Leaf(path, test);
    }

    private static String lower(Schema.Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /** One operator's fields; remembers which were read, so that a misspelt one does not pass unseen. */
    private static final class Fields {

        private final JsonNode body;
        private final String at;
        private final Set<String> read = new TreeSet<>();

        Fields(JsonNode body, String at) {
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
                        in("map_key"),
                        (mapKey == null ? "missing: '%s' is a map" : "'%s' is not a map").formatted(name));
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
                throw new IllegalQuery(
                        in(name), "%d elements (expected: at most %d)".formatted(array.size(), MAX_VALUES));
            }
            return array.valueStream().collect(Collectors.toList());
        }

        void requireNoOthers() {
            body.propertyNames().stream()
                    .filter(name -> !read.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new IllegalQuery(
                                in(name),
                                "not a field of this operator (expected: %s)".formatted(String.join(", ", read)));
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
    }

    private interface TextTest {
        Test of(Set<String> values, boolean folded);
    }
}
