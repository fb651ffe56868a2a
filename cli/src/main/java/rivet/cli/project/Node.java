package rivet.cli.project;

import java.util.List;
import java.util.Map;

/** JSON that knows where it stands. */
sealed interface Node {

    Place at();

    /** @param members by their key as written */
    record Fields(Place at, Map<String, Member> members) implements Node {}

    /** @param keyAt where its key stands */
    record Member(Place keyAt, Node value) {}

    record Items(Place at, List<Node> nodes) implements Node {}

    record Text(Place at, String value) implements Node {}

    record Whole(Place at, long value) implements Node {}

    record Flag(Place at, boolean value) implements Node {}

    /** What no setting takes: null, or a fraction. */
    record Other(Place at, String shown) implements Node {}

    /** What a reader of an error message would call it. */
    default String shown() {
        return switch (this) {
            case Fields _ -> "an object";
            case Items _ -> "a list";
            case Text text -> "\"" + text.value + "\"";
            case Whole whole -> Long.toString(whole.value);
            case Flag flag -> Boolean.toString(flag.value);
            case Other other -> other.shown;
        };
    }
}
