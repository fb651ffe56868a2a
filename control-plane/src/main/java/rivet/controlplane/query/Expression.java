package rivet.controlplane.query;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A query, as a tree whose every node makes sense for the schema it was parsed with. */
public sealed interface Expression {

    static Expression anything() {
        return new And(List.of());
    }

    /** True where all are; true for none. */
    record And(List<Expression> all) implements Expression {}

    /** True where one is; false for none. */
    record Or(List<Expression> any) implements Expression {}

    record Leaf(KeyPath path, Test test) implements Expression {}

    /** Leaves that are true of whatever this is true of; not all of them. */
    default Stream<Leaf> implied() {
        return switch (this) {
            case And(var all) -> all.stream().flatMap(Expression::implied);
            case Or(var any) -> any.size() == 1 ? any.getFirst().implied() : Stream.empty();
            case Leaf leaf -> Stream.of(leaf);
        };
    }

    /** True of whatever this is true of, and asks for no property but the known ones. There is no "not" that would turn it. */
    default Expression relaxed(Predicate<KeyPath> known) {
        return switch (this) {
            case And(var all) ->
                new And(all.stream().map(each -> each.relaxed(known)).toList());
            case Or(var any) ->
                new Or(any.stream().map(each -> each.relaxed(known)).toList());
            case Leaf leaf -> known.test(leaf.path()) ? leaf : anything();
        };
    }

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
