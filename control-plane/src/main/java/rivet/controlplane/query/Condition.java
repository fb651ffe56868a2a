package rivet.controlplane.query;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.query.Expression.And;
import rivet.controlplane.query.Expression.Leaf;
import rivet.controlplane.query.Expression.Or;
import rivet.controlplane.query.Expression.Test;

/**
 * A query as SQL, with named parameters. Where {@link #exact} is false the SQL lets more rows through than the query does,
 * and each row must also be {@link #matches matched} here: regular expressions are not given to the database, whose engine
 * can be made to run for ever, nor is letter case, which it folds by the locale that it happens to have.
 */
public final class Condition {

    private final Expression expression;
    private final Schema schema;
    private final String sql;
    private final Map<String, Object> parameters = new HashMap<>();
    private final Map<KeyPath, String> columns = new LinkedHashMap<>();
    private boolean exact = true;

    /** @param prefix begins each parameter's name, so that a statement can hold several conditions */
    public Condition(Expression expression, Schema schema, String prefix) {
        this.expression = expression;
        this.schema = schema;
        this.sql = sql(expression, prefix);
    }

    public String sql() {
        return sql;
    }

    public Map<String, Object> parameters() {
        return Map.copyOf(parameters);
    }

    /** What {@link #matches} needs of a row, each as SQL. */
    public Map<KeyPath, String> columns() {
        return Collections.unmodifiableMap(columns);
    }

    public boolean exact() {
        return exact;
    }

    /** @param row the value of a property, null where it is absent: String, Double or Boolean, by the property's type */
    public boolean matches(Function<KeyPath, @Nullable Object> row) {
        return matches(expression, row);
    }

    private String sql(Expression node, String prefix) {
        return switch (node) {
            case And(var all) -> joined(all, " and ", "true", prefix);
            case Or(var any) -> joined(any, " or ", "false", prefix);
            case Leaf(var path, var test) -> leaf(path, test, prefix);
        };
    }

    private String joined(List<Expression> nodes, String by, String none, String prefix) {
        return nodes.isEmpty()
                ? none
                : nodes.stream().map(node -> sql(node, prefix)).collect(Collectors.joining(by, "(", ")"));
    }

    private String leaf(KeyPath path, Test test, String prefix) {
        var column = columns.computeIfAbsent(path, _ -> column(path, prefix));
        return schema.get(path.property(), "property").type() == Schema.Type.UTF8
                ? inexact()
                : sql(column, test, prefix);
    }

    private String column(KeyPath path, String prefix) {
        return schema.sql(path, path.mapKey() == null ? "" : parameter(path.mapKey(), prefix));
    }

    private String sql(String column, Test test, String prefix) {
        return switch (test) {
            case Test.TextIn(var values, var folded) -> folded ? inexact() : among(column, values, "text", prefix);
            case Test.TextNotIn(var values, var folded) ->
                folded ? inexact() : "not " + among(column, values, "text", prefix);
            case Test.Contains(var part, var folded) ->
                folded ? inexact() : "coalesce(strpos(%s, %s) > 0, false)".formatted(column, parameter(part, prefix));
            case Test.Matches _ -> inexact();
            case Test.NumberIn(var values) -> among(column, values, "double precision", prefix);
            case Test.NumberNotIn(var values) -> "not " + among(column, values, "double precision", prefix);
            case Test.Compare(var order, var to) ->
                "coalesce(%s %s %s, false)".formatted(column, order.sql, parameter(to, prefix));
            case Test.Is(var value) -> "coalesce(%s = %s, false)".formatted(column, value);
            case Test.IsNot(var value) -> "coalesce(%s <> %s, true)".formatted(column, value);
        };
    }

    private String among(String column, java.util.Set<?> values, String type, String prefix) {
        return "coalesce(%s = any(cast(%s as %s[])), false)"
                .formatted(
                        column,
                        parameter(values.toArray(type.equals("text") ? new String[0] : new Double[0]), prefix),
                        type);
    }

    private String inexact() {
        exact = false;
        return "true";
    }

    private String parameter(@Nullable Object value, String prefix) {
        var name = prefix + parameters.size();
        parameters.put(name, java.util.Objects.requireNonNull(value));
        return ":" + name;
    }

    private static boolean matches(Expression node, Function<KeyPath, @Nullable Object> row) {
        return switch (node) {
            case And(var all) -> all.stream().allMatch(each -> matches(each, row));
            case Or(var any) -> any.stream().anyMatch(each -> matches(each, row));
            case Leaf(var path, var test) -> matches(test, row.apply(path));
        };
    }

    private static boolean matches(Test test, @Nullable Object value) {
        return switch (test) {
            case Test.TextIn(var values, var folded) -> value != null && values.contains(folded(value, folded));
            case Test.TextNotIn(var values, var folded) -> value == null || !values.contains(folded(value, folded));
            case Test.Contains(var part, var folded) ->
                value != null && folded(value, folded).contains(part);
            case Test.Matches(var pattern) ->
                value != null && pattern.matcher((String) value).find();
            case Test.NumberIn(var values) -> value != null && values.contains(value);
            case Test.NumberNotIn(var values) -> value == null || !values.contains(value);
            case Test.Compare(var order, var to) -> value != null && order.holds((double) value, to);
            case Test.Is(var wanted) -> value != null && (boolean) value == wanted;
            case Test.IsNot(var unwanted) -> value == null || (boolean) value != unwanted;
        };
    }

    private static String folded(Object value, boolean folded) {
        return folded ? ((String) value).toLowerCase(Locale.ROOT) : (String) value;
    }
}
