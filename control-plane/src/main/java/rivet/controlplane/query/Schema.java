package rivet.controlplane.query;

import java.util.Map;
import java.util.TreeMap;

/**
 * The properties that a query may name.
 *
 * @param properties by name; the SQL of each is ours, never the caller's
 */
public record Schema(Map<String, Property> properties) {

    public Schema {
        properties = Map.copyOf(properties);
    }

    /** What a property holds; a map's entries are text, reached with {@code map_key}. */
    public enum Type {
        TEXT,
        NUMBER,
        BOOL,
        TEXT_MAP
    }

    /** @param sql an expression of this type: text, double precision, boolean, or jsonb for a map */
    public record Property(Type type, String sql) {}

    Property get(String name, String at) {
        var property = properties.get(name);
        if (property == null) {
            throw new IllegalQuery(
                    at,
                    "'%s' is not a property (there are: %s)"
                            .formatted(name, String.join(", ", new TreeMap<>(properties).keySet())));
        }
        return property;
    }
}
