package rivet.controlplane.openapi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes values for an operation's parameters and bodies: mostly right, with something wrong somewhere. */
final class Hostile {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int DEEP = 2_000;
    private static final int HUGE = 300_000;
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "0",
            "-1",
            "null",
            "true",
            "[]",
            "{}",
            "\"",
            "'",
            "\\",
            "%",
            "%00",
            "../../etc/passwd",
            "';drop table actor;--",
            "' or '1'='1",
            "$1",
            "${jndi:ldap://x}",
            "\u0000",
            "a\u0000b",
            "\ud800",
            "\udfff\ud800",
            "\ufeff",
            "\u202e",
            "\n",
            "\r\nx: y",
            "日本語",
            "🙂".repeat(70),
            "é",
            "e\u0301",
            "x".repeat(65),
            "x".repeat(300),
            "x".repeat(5_000),
            "NaN",
            "Infinity",
            "1e999",
            "-0",
            "1.5",
            "9223372036854775807",
            "9223372036854775808",
            "00000000-0000-0000-0000-000000000000",
            "default",
            "2026-01-01T00:00:00Z",
            "+1000000000-12-31T23:59:59.999999999Z",
            "-999999999-01-01T00:00:00Z");
    private static final List<String> PATTERNS = List.of(
            "(a+)+$",
            "(x*)*y",
            "[",
            "(?<a>",
            "(?=a)",
            "\\1",
            "a{1000}{1000}",
            "a{100000}",
            "(?:(?:(?:a*)*)*)*b",
            "\\p{Foo}",
            ".*".repeat(400),
            "\\Q",
            "[[:alpha:]",
            "x{2,1}");
    private static final List<String> OPERATORS = List.of(
            "and",
            "or",
            "bool_equal",
            "string_equal",
            "string_not_equal",
            "string_contains",
            "string_in",
            "string_match_regex",
            "number_equal",
            "number_less",
            "number_greater_or_equal",
            "number_in",
            "number_not_in",
            "exec",
            "");
    private static final List<String> PROPERTIES = List.of(
            "actor_id",
            "tags",
            "region",
            "created_at",
            "destroyed_at",
            "state",
            "env_vars",
            "durable",
            "message",
            "stream",
            "ts",
            "build_id",
            "route",
            "1;select",
            "");

    private final Random random;
    private final Map<String, List<String>> known;

    /** @param known values that exist, by the parameter's name */
    Hostile(Random random, Map<String, List<String>> known) {
        this.random = random;
        this.known = known;
    }

    boolean once(int inMany) {
        return random.nextInt(inMany) == 0;
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    String text() {
        return one(TEXTS);
    }

    String path(String name) {
        return once(2) ? right(name) : once(4) ? UUID.randomUUID().toString() : text();
    }

    String query(String name, JsonNode schema) {
        if (once(3)) {
            return text();
        }
        return switch (name) {
            case "query_json", "group_by" ->
                once(6) ? broken(expression(0).toString()) : expression(0).toString();
            case "tags_json", "actor_ids_json" -> once(2) ? right(name) : broken(right(name));
            case "timeout" -> one(List.of("0", "1", "5", "-1", "120001", "9223372036854775807"));
            case "start", "end", "interval" ->
                one(List.of(
                        "0",
                        "1",
                        "60000",
                        "1767225600000",
                        "1795651386189",
                        "253402300799000",
                        "9223372036854775807",
                        "-9223372036854775808"));
            default -> once(3) ? text() : known.containsKey(name) ? right(name) : byType(schema);
        };
    }

    String header() {
        return one(List.of(
                "k" + random.nextInt(50),
                "x".repeat(255),
                "x".repeat(256),
                " ",
                "\t",
                "é",
                "a,b",
                "\"q\"",
                UUID.randomUUID().toString()));
    }

    private String right(String name) {
        var values = known.get(name);
        return values == null ? "x" : one(values);
    }

    private String byType(JsonNode schema) {
        return switch (schema.path("type").asString("")) {
            case "integer", "number" -> String.valueOf(random.nextInt(-2, 200));
            case "boolean" -> String.valueOf(random.nextBoolean());
            default -> text();
        };
    }

    /** A body as its schema says, with a wrong place in most. */
    byte[] body(JsonNode schema, JsonNode schemas) {
        var value = value(schema, schemas, 0);
        for (int wrong = random.nextInt(3); wrong > 0; wrong--) {
            value = spoiled(value);
        }
        var text = value.toString();
        return switch (random.nextInt(14)) {
            case 0 -> broken(text).getBytes(StandardCharsets.UTF_8);
            case 1 ->
                text.replace("}", ",\"tags\":{\"a\":\"1\"},\"tags\":{\"a\":\"2\"}}")
                        .getBytes(StandardCharsets.UTF_8);
            case 2 -> text.getBytes(StandardCharsets.UTF_16);
            case 3 -> spoiledBytes(text.getBytes(StandardCharsets.UTF_8));
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    private JsonNode value(JsonNode schema, JsonNode schemas, int depth) {
        var reference = schema.path("$ref").asString("");
        if (!reference.isEmpty()) {
            return value(schemas.path(reference.substring(reference.lastIndexOf('/') + 1)), schemas, depth + 1);
        }
        return switch (schema.path("type").asString("")) {
            case "object" -> object(schema, schemas, depth);
            case "array" -> {
                var array = JSON.createArrayNode();
                for (int i = random.nextInt(3); i > 0; i--) {
                    array.add(value(schema.path("items"), schemas, depth + 1));
                }
                yield array;
            }
            case "integer", "number" -> number();
            case "boolean" -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
            default -> JSON.getNodeFactory().stringNode(once(3) ? text() : "a" + random.nextInt(9));
        };
    }

    private ObjectNode object(JsonNode schema, JsonNode schemas, int depth) {
        var object = JSON.createObjectNode();
        for (var property : schema.path("properties").properties()) {
            if (depth < 6 && !once(3)) {
                var right = known.get(property.getKey());
                object.set(
                        property.getKey(),
                        right != null && !once(4)
                                ? JSON.getNodeFactory().stringNode(one(right))
                                : value(property.getValue(), schemas, depth + 1));
            }
        }
        if (schema.has("additionalProperties") && schema.path("properties").isEmpty()) {
            for (int i = random.nextInt(4); i > 0; i--) {
                object.set(
                        once(4) ? text() : one(List.of("name", "room", "current", "http")),
                        value(schema.path("additionalProperties"), schemas, depth + 1));
            }
        }
        return object;
    }

    private JsonNode number() {
        return once(2)
                ? JSON.getNodeFactory().numberNode(random.nextInt(0, 5000))
                : JSON.readTree(one(List.of(
                        "-1",
                        "0",
                        "1.5",
                        "1e999",
                        "-1e999",
                        "9223372036854775808",
                        "123456789012345678901234567890",
                        "0.1e-400",
                        "2147483648")));
    }

    /** One place of it is something else. */
    private JsonNode spoiled(JsonNode value) {
        if (value instanceof ObjectNode object && !object.isEmpty() && !once(6)) {
            var names = new ArrayList<>(object.propertyNames());
            var name = one(names);
            if (once(8)) {
                object.set(text(), wrong());
            } else {
                object.set(name, spoiled(object.path(name)));
            }
            return object;
        }
        if (value instanceof ArrayNode array && !array.isEmpty() && !once(3)) {
            int at = random.nextInt(array.size());
            array.set(at, spoiled(array.get(at)));
            return array;
        }
        return wrong();
    }

    private JsonNode wrong() {
        List<Supplier<JsonNode>> wrongs = List.of(
                () -> JSON.getNodeFactory().nullNode(),
                () -> JSON.getNodeFactory().booleanNode(true),
                this::number,
                () -> JSON.getNodeFactory().stringNode(text()),
                () -> JSON.getNodeFactory().stringNode(once(40) ? "x".repeat(HUGE) : "x".repeat(2_000)),
                JSON::createObjectNode,
                () -> JSON.createArrayNode().add(1).addNull(),
                () -> nested(once(30) ? DEEP : 40),
                () -> expression(0));
        return one(wrongs).get();
    }

    private static JsonNode nested(int levels) {
        return JSON.readTree("[".repeat(Math.min(levels, 400)) + "]".repeat(Math.min(levels, 400)));
    }

    /** In the query language, or nearly. */
    private JsonNode expression(int depth) {
        var operator = one(OPERATORS);
        var leaf = JSON.createObjectNode();
        if (operator.equals("and") || operator.equals("or")) {
            var inner = leaf.putArray("exprs");
            for (int i = random.nextInt(depth > 40 ? 1 : 3); i > 0; i--) {
                inner.add(expression(depth + 1));
            }
        } else {
            leaf.put("property", one(PROPERTIES));
            if (once(2)) {
                leaf.put("map_key", text());
            }
            leaf.put("pattern", one(PATTERNS));
            leaf.set("value", once(2) ? JSON.getNodeFactory().stringNode(text()) : number());
            leaf.putArray("values").add(text()).add(number());
            if (!once(4)) {
                trim(leaf, operator);
            }
        }
        return JSON.createObjectNode().set(operator, leaf);
    }

    /** Leaves the fields that the operator has. */
    private static void trim(ObjectNode leaf, String operator) {
        var field = operator.endsWith("_in") ? "values" : operator.endsWith("regex") ? "pattern" : "value";
        leaf.retain("property", "map_key", field);
    }

    private String broken(String text) {
        return switch (random.nextInt(6)) {
            case 0 -> text.isEmpty() ? "{" : text.substring(0, random.nextInt(text.length()));
            case 1 -> text + text;
            case 2 -> "[" + text + "]";
            case 3 -> text.replace('"', '\'');
            case 4 -> "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP);
            default -> text + "\u0000";
        };
    }

    private byte[] spoiledBytes(byte[] bytes) {
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }
}
