package rivet.controlplane.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rivet.actor.KvKey;
import rivet.controlplane.web.Problem;
import rivet.protocol.Wire;
import rivet.protocol.kv.Bytes;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Keys as JSON: an array of what a tuple may hold; what JSON has no word for is an object that says so. Keys that are no tuples, as
 * programs in other languages may have them, are their bytes.
 */
final class JsonKeys {

    private static final String RAW = "raw";
    private static final String BASE64 = "base64";
    private static final String INFINITE = "infinite";
    private static final String EXPECTED =
            "a JSON array, or one element, of strings, numbers, booleans, null, {\"base64\": …} and arrays of these, or {\"raw\": …}";
    /** Far from where writers and readers of JSON give up. */
    private static final int DEEPEST = 200;

    private static final int LAST = 0xff;

    private JsonKeys() {}

    /** What is shown leads back to the same entry: a tuple that others would write or read as another one is its bytes. */
    static JsonNode shown(Bytes key) {
        try {
            var tuple = shown(KvKey.decode(key.array()).elements(), 1);
            if (new Bytes(bytes(Wire.JSON.readTree(tuple.toString()))).equals(key)) {
                return tuple;
            }
        } catch (IllegalArgumentException | JacksonException _) {
            // no tuple
        }
        return Wire.JSON.createObjectNode().put(RAW, Base64.getEncoder().encodeToString(key.array()));
    }

    private static ArrayNode shown(List<?> tuple, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("key: too deep to be shown");
        }
        var array = Wire.JSON.createArrayNode();
        tuple.forEach(element -> array.add(shown(element, depth)));
        return array;
    }

    private static JsonNode shown(@Nullable Object element, int depth) {
        return switch (element) {
            case byte[] bytes ->
                Wire.JSON.createObjectNode().put(BASE64, Base64.getEncoder().encodeToString(bytes));
            case Double number
            when number.isInfinite() -> Wire.JSON.createObjectNode().put(INFINITE, number > 0 ? 1 : -1);
            case List<?> tuple -> shown(tuple, depth + 1);
            case null, default -> Wire.JSON.valueToTree(element);
        };
    }

    /** A query parameter. */
    static Bytes parameter(String name, String json) {
        return parsed(name, json, each -> new Bytes(bytes(each)));
    }

    /** Of the keys that begin so. @param end is not among them; empty: there is no bound */
    record Beginning(Bytes start, Bytes end) {
        static final Beginning ALL = new Beginning(Bytes.EMPTY, Bytes.EMPTY);
    }

    /** What all keys begin with that begin with a tuple, with a string if it is one, or with bytes if it is raw. */
    static Beginning prefix(String name, String json) {
        return parsed(name, json, JsonKeys::beginning);
    }

    private static Beginning beginning(JsonNode prefix) {
        var bytes = bytes(prefix);
        if (isRaw(prefix)) {
            return new Beginning(new Bytes(bytes), new Bytes(next(bytes)));
        }
        var first = prefix.isString() ? Arrays.copyOf(bytes, bytes.length - 1) : bytes; // its end may come later
        var end = Arrays.copyOf(first, first.length + 1);
        end[first.length] = (byte) LAST; // begins no element, and goes on with a string that has a zero
        return new Beginning(new Bytes(first), new Bytes(end));
    }

    /** The first bytes after all that begin with these; none if there are no such. */
    private static byte[] next(byte[] bytes) {
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == (byte) LAST) {
            length--;
        }
        var next = Arrays.copyOf(bytes, length);
        if (length > 0) {
            next[length - 1]++;
        }
        return next;
    }

    private static <T> T parsed(String name, String json, Function<JsonNode, T> read) {
        try {
            return read.apply(Wire.JSON.readTree(json));
        } catch (JacksonException | IllegalArgumentException _) {
            throw Problem.badParameter(name, json, EXPECTED);
        }
    }

    static Bytes field(String name, @Nullable JsonNode json) {
        if (json == null) {
            throw Problem.badField(name, null, EXPECTED);
        }
        try {
            return new Bytes(bytes(json));
        } catch (IllegalArgumentException _) {
            throw Problem.badField(name, json, EXPECTED);
        }
    }

    private static byte[] bytes(JsonNode json) {
        if (isRaw(json)) {
            return raw(json.get(RAW).stringValue());
        }
        var key = json.isArray() ? KvKey.of(tuple(json).toArray()) : KvKey.of(new Object[] {element(json)});
        return key.bytes();
    }

    private static boolean isRaw(JsonNode json) {
        return json.isObject() && json.size() == 1 && json.path(RAW).isString();
    }

    private static byte[] raw(String base64) {
        var bytes = Base64.getDecoder().decode(base64);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a key of no bytes");
        }
        return bytes;
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
