package rivet.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server may leave out what is empty. */
final class Answers {

    private Answers() {}

    static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    static <V> Map<String, V> orEmpty(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Map.copyOf(map);
    }
}
