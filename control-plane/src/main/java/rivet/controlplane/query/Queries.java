package rivet.controlplane.query;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import rivet.controlplane.web.Problem;

/** Queries as callers send them. What is wrong with one is told with its place in it. */
public final class Queries {

    private Queries() {}

    /** The query parameter {@code query_json}; absent means anything. */
    public static Expression parse(@Nullable String json, Schema schema) {
        return json == null || json.isEmpty()
                ? Expression.anything()
                : parameter("query_json", () -> QueryParser.parse(json, schema));
    }

    /** Something that was made of a query parameter. */
    public static <T> T parameter(String name, Supplier<T> parsed) {
        try {
            return parsed.get();
        } catch (IllegalQuery e) {
            var place = e.at().isEmpty() ? name : name + "." + e.at();
            throw new Problem(
                            HttpStatus.BAD_REQUEST,
                            "API_BAD_QUERY_PARAMETER",
                            "%s: %s".formatted(place, e.getMessage()))
                    .at(name)
                    .with("at", e.at());
        }
    }
}
