package rivet.controlplane.openapi;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.ProblemView;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON schemas of Java types, as {@code Wire.JSON} writes them; each record is one named schema. */
final class Schemas {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Snake SNAKE = new Snake();

    private final SourceComments comments;
    private final Map<String, ObjectNode> named = new TreeMap<>();

    Schemas(SourceComments comments) {
        this.comments = comments;
    }

    ObjectNode all() {
        var all = JSON.createObjectNode();
        named.forEach(all::set);
        return all;
    }

    ObjectNode of(AnnotatedType type) {
        var schema = of(type.getType());
        if (type instanceof AnnotatedParameterizedType parameterized && isMap(type.getType())) {
            return withValues(schema, parameterized.getAnnotatedActualTypeArguments()[1]);
        }
        return schema;
    }

    ObjectNode of(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return ofParameterized(parameterized);
        }
        if (type instanceof Class<?> plain) {
            return ofClass(plain);
        }
        throw new IllegalArgumentException("no schema for " + type);
    }

    static String snake(String name) {
        return SNAKE.name(name);
    }

    private static final class Snake extends PropertyNamingStrategies.SnakeCaseStrategy {

        String name(String javaName) {
            return translate(javaName);
        }
    }

    private ObjectNode ofParameterized(ParameterizedType type) {
        var schema = JSON.createObjectNode();
        var arguments = type.getActualTypeArguments();
        if (isMap(type)) {
            schema.put("type", "object").set("additionalProperties", of(arguments[1]));
        } else if (Collection.class.isAssignableFrom((Class<?>) type.getRawType())) {
            schema.put("type", "array").set("items", of(arguments[0]));
        } else {
            throw new IllegalArgumentException("no schema for " + type);
        }
        return schema;
    }

    private ObjectNode withValues(ObjectNode map, AnnotatedType values) {
        if (values.isAnnotationPresent(Nullable.class)) {
            var either = JSON.createObjectNode();
            either.putArray("anyOf").add(of(values)).addObject().put("type", "null");
            map.set("additionalProperties", either);
        }
        return map;
    }

    private static boolean isMap(Type type) {
        return type instanceof ParameterizedType parameterized
                && Map.class.isAssignableFrom((Class<?>) parameterized.getRawType());
    }

    private ObjectNode ofClass(Class<?> type) {
        var schema = JSON.createObjectNode();
        if (type == String.class) {
            return schema.put("type", "string");
        } else if (type == UUID.class || type == ActorId.class || type == BuildId.class) {
            return schema.put("type", "string").put("format", "uuid");
        } else if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        } else if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        } else if (type == int.class || type == Integer.class) {
            return schema.put("type", "integer").put("format", "int32");
        } else if (type == long.class || type == Long.class) {
            return schema.put("type", "integer").put("format", "int64");
        } else if (type == double.class || type == Double.class) {
            return schema.put("type", "number").put("format", "double");
        } else if (type == Object.class || type == JsonNode.class) {
            return schema;
        } else if (type.isEnum()) {
            var values = schema.put("type", "string").putArray("enum");
            for (var value : type.getEnumConstants()) {
                values.add(value.toString());
            }
            return schema;
        } else if (type.isRecord()) {
            return reference(type);
        }
        throw new IllegalArgumentException("no schema for " + type);
    }

    private ObjectNode reference(Class<?> type) {
        var name = name(type);
        if (!named.containsKey(name)) {
            var schema = JSON.createObjectNode();
            named.put(name, schema);
            fill(schema, type);
        }
        return JSON.createObjectNode().put("$ref", "#/components/schemas/" + name);
    }

    private void fill(ObjectNode schema, Class<?> type) {
        var comment = comments.of(type);
        schema.put("type", "object");
        if (!comment.text().isEmpty()) {
            schema.put("description", comment.text());
        }
        var properties = schema.putObject("properties");
        var required = JSON.createArrayNode();
        for (var component : type.getRecordComponents()) {
            var property = of(component.getAnnotatedType());
            var said = comment.parameters().get(component.getName());
            if (said != null) {
                property.put("description", said);
            }
            properties.set(snake(component.getName()), property);
            if (!isOptional(component)) {
                required.add(snake(component.getName()));
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }

    private static boolean isOptional(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    /** Without what says that it is a shape: {@code BuildView.PrepareRequest} is {@code BuildPrepareRequest}. */
    private static String name(Class<?> type) {
        if (type == ProblemView.class) {
            return "Problem";
        }
        var outer = type.getEnclosingClass();
        var own = type.getSimpleName().replaceAll("View$", "");
        return outer == null ? own : outer.getSimpleName().replaceAll("(View|Controller|Request)$", "") + own;
    }
}
