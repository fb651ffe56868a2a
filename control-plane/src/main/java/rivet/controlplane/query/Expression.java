package rivet.controlplane.query;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Set;

/** A query, as a tree whose every node makes sense for the schema it was parsed with. */
public sealed interface Expression {

    /** True where all are; true for none. */
    record And(List<Expression> all) implements Expression {}

    /** True where one is; false for none. */
    record Or(List<Expression> any) implements Expression {}

    record Leaf(KeyPath path, Test test) implements Expression {}

    /** What is asked of one value. A value that is absent is unequal to everything and matches nothing. */
    sealed interface Test {

        /** @param folded whether letters of both cases are the same; the values are in lower case then */
        record TextIn(Set<String> values, boolean folded) implements Test {}

        record TextNotIn(Set<String> values, boolean folded) implements Test {}

        record Contains(String part, boolean folded) implements Test {}

        /** @param pattern of an engine that is linear in its input, whatever the pattern */
        record Matches(Pattern pattern) implements Test {}

        record NumberIn(Set<Double> values) implements Test {}

        record NumberNotIn(Set<Double> values) implements Test {}

        record Compare(Order order, double to) implements Test {}

        record Is(boolean value) implements Test {}

        record IsNot(boolean value) implements Test {}
    }

    /** How a number lies to another. */
    enum Order {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">=");

        final String sql;

        Order(String sql) {
            this.sql = sql;
        }

        boolean holds(double left, double right) {
            return switch (this) {
                case LESS -> left < right;
                case LESS_OR_EQUAL -> left <= right;
                case GREATER -> left > right;
                case GREATER_OR_EQUAL -> left >= right;
            };
        }
    }
}
