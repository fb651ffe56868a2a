package rivet.controlplane.query;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
            return new QueryFields(JSON.readTree(bounded(json)), "").keyPath(schema);
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
            default -> leaf(operator, new QueryFields(body, inside));
        };
    }

    private List<Expression> expressions(JsonNode body, String at, int depth) {
        var exprs = new QueryFields(body, at).array("exprs");
        var parsed = new ArrayList<Expression>();
        for (var expr : exprs) {
            parsed.add(expression(expr, "%s.exprs[%d]".formatted(at, parsed.size()), depth + 1));
        }
        return List.copyOf(parsed);
    }

    private Expression leaf(String operator, QueryFields fields) {
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

    private Pattern pattern(QueryFields fields) {
        return patterns.compile(fields.string("pattern"), fields.folds(), fields.at + ".pattern");
    }

    private Expression compare(QueryFields fields, Order order) {
        return leaf(fields, Schema.Type.NUMBER, new Test.Compare(order, fields.number("value")));
    }

    private Expression leaf(QueryFields fields, Schema.Type wanted, Test test) {
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
}
