package rivet.controlplane.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.actor.KvKey;
import rivet.controlplane.web.Problem;
import rivet.protocol.Wire;
import rivet.protocol.kv.Bytes;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Keys as JSON: an array of what a tuple may hold; what JSON has no word for is an object that says so. */
final class JsonKeys {

    private static final String BASE64 = "base64";
    private static final String INFINITE = "infinite";
    private static final String EXPECTED =
            "a JSON array, or one element, of strings, numbers, booleans, null, {\"base64\": …} and arrays of these";

    private JsonKeys() {}

    static ArrayNode shown(Bytes key) {
        return shown(KvKey.decode(key.array()).elements());
    }

    private static ArrayNode shown(List<?> tuple) {
        var array = Wire.JSON.createArrayNode();
        tuple.forEach(element -> array.add(shown(element)));
        return array;
    }

    private static JsonNode shown(@Nullable Object element) {
        return switch (element) {
            case byte[] bytes ->
                Wire.JSON.createObjectNode().put(BASE64, Base64.getEncoder().encodeToString(bytes));
            case Double number
            when number.isInfinite() -> Wire.JSON.createObjectNode().put(INFINITE, number > 0 ? 1 : -1);
            case List<?> tuple -> shown(tuple);
            case null, default -> Wire.JSON.valueToTree(element);
        };
    }

    /** A query parameter. */
    static KvKey parameter(String name, String json) {
        try {
            return key(Wire.JSON.readTree(json));
        } catch (JacksonException | IllegalArgumentException _) {
            throw Problem.badParameter(name, json, EXPECTED);
        }
    }

    /** What all keys begin with that begin with a tuple, or with a string if it is one. */
    static byte[] prefix(String name, String json) {
        var bytes = parameter(name, json).bytes();
        return json.strip().startsWith("\"") ? Arrays.copyOf(bytes, bytes.length - 1) : bytes; // its end may come later
    }

    static KvKey field(String name, @Nullable JsonNode json) {
        if (json == null) {
            throw Problem.badField(name, null, EXPECTED);
        }
        try {
            return key(json);
        } catch (IllegalArgumentException _) {
            throw Problem.badField(name, json, EXPECTED);
        }
    }

    private static KvKey key(JsonNode json) {
        return json.isArray() ? KvKey.of(tuple(json).toArray()) : KvKey.of(new Object[] {element(json)});
    }

    private static List<@Nullable Object> tuple(JsonNode array) {
        var tuple = new ArrayList<@Nullable Object>();
        array.forEach(each -> tuple.add(element(each)));
        return tuple;
    }

    private static @Nullable Object element(JsonNode json) {
        return switch (json.getNodeType()) {
            case NULL -> null;
            case BOOLEAN -> json.booleanValue();
            case STRING -> json.stringValue();
            case NUMBER -> json.isIntegralNumber() ? json.bigIntegerValue() : (Object) json.doubleValue();
            case ARRAY -> tuple(json);
            case OBJECT -> special(json);
            default -> throw new IllegalArgumentException("no element of a key: " + json.getNodeType());
        };
    }

    private static Object special(JsonNode json) {
        if (json.size() == 1 && json.path(BASE64).isString()) {
            return Base64.getDecoder().decode(json.get(BASE64).stringValue());
        }
        if (json.size() == 1 && json.path(INFINITE).isInt()) {
            return json.get(INFINITE).intValue() > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        throw new IllegalArgumentException("no element of a key: an object");
    }
}
