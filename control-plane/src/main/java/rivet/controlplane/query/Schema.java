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
        TEXT_MAP,
        /** Text kept as bytes, because the database's text cannot hold all of it: it is compared here alone. */
        UTF8;

        Type compared() {
            return switch (this) {
                case TEXT, TEXT_MAP, UTF8 -> TEXT;
                case NUMBER -> NUMBER;
                case BOOL -> BOOL;
            };
        }
    }

    /** @param sql an expression of this type: text, double precision, boolean, jsonb for a map, bytea for UTF8 */
    public record Property(Type type, String sql) {}

    /** @param mapKey a parameter that holds the path's map key, if it has one */
    public String sql(KeyPath path, String mapKey) {
        var property = get(path.property(), "property");
        return property.type() == Type.TEXT_MAP
                ? "(%s ->> %s)".formatted(property.sql(), mapKey)
                : "(%s)".formatted(property.sql());
    }

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
