package rivet.controlplane.openapi;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Principal;
import rivet.controlplane.auth.Scope;
import rivet.protocol.api.ProblemView;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The API as OpenAPI 3.1 says it, from the handlers that there are. */
final class OpenApiDocument {

    private static final JsonMapper JSON = new JsonMapper();

    private final SourceComments comments;
    private final Schemas schemas;
    private final ObjectNode document = JSON.createObjectNode();

    private OpenApiDocument(SourceComments comments) {
        this.comments = comments;
        this.schemas = new Schemas(comments);
    }

    static ObjectNode of(RequestMappingHandlerMapping mapping, SourceComments comments) {
        return new OpenApiDocument(comments).written(Operation.of(mapping));
    }

    private ObjectNode written(List<Operation> operations) {
        document.put("openapi", "3.1.1");
        document.putObject("info")
                .put("title", "Rivet")
                .put("version", "0.1.0")
                .put("summary", "Builds, actors and all that belongs to them.")
                .put("description", Words.ABOUT);
        document.putArray("servers").addObject().put("url", "/").put("description", "The server that this came from.");
        putTags(operations);
        putPaths(operations);
        putComponents();
        return document;
    }

    private void putTags(List<Operation> operations) {
        var tags = document.putArray("tags");
        operations.stream()
                .map(OpenApiDocument::tag)
                .distinct()
                .sorted()
                .forEach(tag -> tags.addObject().put("name", tag).put("description", Words.tag(tag)));
    }

    private static String tag(Operation operation) {
        return operation.room();
    }

    private void putPaths(List<Operation> operations) {
        var paths = document.putObject("paths");
        var byPlace = operations.stream()
                .sorted(Comparator.comparing(Operation::isVariant))
                .collect(Collectors.groupingBy(
                        Operation::path,
                        TreeMap::new,
                        Collectors.groupingBy(Operation::verb, TreeMap::new, Collectors.toList())));
        byPlace.forEach((path, verbs) -> {
            var item = paths.putObject(path);
            verbs.forEach((verb, same) -> item.set(verb, operation(same)));
        });
    }

    /** @param same handlers of one path and verb; the first is the usual one */
    private ObjectNode operation(List<Operation> same) {
        var usual = same.getFirst();
        var comment = comment(usual);
        var node = JSON.createObjectNode();
        node.put("operationId", usual.id());
        node.putArray("tags").add(tag(usual));
        node.put("summary", comment.first());
        node.put("description", described(same));
        if (usual.older()) {
            node.put("deprecated", true);
        }
        putSecurity(node, usual);
        putParameters(node, same);
        Arrays.stream(usual.method().getParameters())
                .filter(parameter -> parameter.isAnnotationPresent(RequestBody.class))
                .forEach(parameter -> putBody(node, schemas.of(parameter.getParameterizedType()), "application/json"));
        if (usual.id().equals("builds_upload")) {
            putBody(
                    node,
                    JSON.createObjectNode().put("type", "string").put("contentMediaType", "application/octet-stream"),
                    "application/octet-stream");
        }
        putResponses(node, same);
        return node;
    }

    private static void putBody(ObjectNode node, ObjectNode schema, String type) {
        node.putObject("requestBody")
                .put("required", true)
                .putObject("content")
                .putObject(type)
                .set("schema", schema);
    }

    private SourceComments.Comment comment(Operation operation) {
        return comments.of(
                operation.method().getDeclaringClass(), operation.method().getName());
    }

    private String described(List<Operation> same) {
        var texts = same.stream().map(one -> comment(one).text()).filter(text -> !text.isEmpty());
        return texts.collect(Collectors.joining("\n\n"))
                + same.getFirst().needs().map(OpenApiDocument::needs).orElse("");
    }

    private static String needs(Needs needs) {
        var scopes =
                Arrays.stream(needs.value()).map(scope -> "`" + scope + "`").collect(Collectors.joining(" or "));
        return "\n\nNeeds the scope %s%s."
                .formatted(scopes, needs.everywhere() ? ", and a token of all environments" : "");
    }

    private static void putSecurity(ObjectNode node, Operation operation) {
        var security = node.putArray("security");
        if (!operation.isOpen()) {
            var roles = security.addObject().putArray("token");
            operation.needs().stream()
                    .flatMap(needs -> Arrays.stream(needs.value()))
                    .map(Scope::toString)
                    .forEach(roles::add);
        }
    }

    private void putParameters(ObjectNode node, List<Operation> same) {
        var all = new TreeMap<String, ObjectNode>();
        for (var operation : same) {
            for (var parameter : operation.method().getParameters()) {
                parameter(operation, parameter)
                        .forEach(one -> all.putIfAbsent(
                                one.path("in").asString() + one.path("name").asString(), one));
            }
        }
        if (!all.isEmpty()) {
            var parameters = node.putArray("parameters");
            all.values().forEach(parameters::add);
        }
    }

    private List<ObjectNode> parameter(Operation operation, Parameter parameter) {
        var path = parameter.getAnnotation(PathVariable.class);
        var query = parameter.getAnnotation(RequestParam.class);
        var header = parameter.getAnnotation(RequestHeader.class);
        if (path != null) {
            return List.of(parameter(operation, path.value(), "path", true, parameter, null));
        } else if (query != null) {
            var name = query.name().isEmpty() ? query.value() : query.name();
            var fallback = query.defaultValue().equals(ValueConstants.DEFAULT_NONE) ? null : query.defaultValue();
            return List.of(
                    parameter(operation, name, "query", query.required() && fallback == null, parameter, fallback));
        } else if (header != null) {
            return List.of(parameter(operation, header.name(), "header", header.required(), parameter, null));
        } else if (parameter.getType() == Caller.class) {
            return List.of(tenant("project"), tenant("environment"));
        } else {
            return parameter.getType() == Principal.class && looksAtTheRequest(operation.method())
                    ? List.of(tenant("project"), tenant("environment"))
                    : List.of();
        }
    }

    /** A handler for principals asks the request whether it names an environment. */
    private static boolean looksAtTheRequest(Method method) {
        return Arrays.asList(method.getParameterTypes()).contains(ServerHttpRequest.class);
    }

    private static ObjectNode tenant(String name) {
        var node =
                JSON.createObjectNode().put("name", name).put("in", "query").put("description", Words.parameter(name));
        node.putObject("schema").put("type", "string");
        return node;
    }

    private ObjectNode parameter(
            Operation operation,
            String name,
            String in,
            boolean required,
            Parameter parameter,
            @Nullable String fallback) {
        var said = comment(operation).parameters().get(parameter.getName());
        var node = JSON.createObjectNode()
                .put("name", name)
                .put("in", in)
                .put("description", said == null ? Words.parameter(name) : said);
        if (required) {
            node.put("required", true);
        }
        var schema = schemas.of(parameter.getParameterizedType());
        if (fallback != null) {
            schema.set(
                    "default", JSON.readTree(fallback.matches("\\d+|true|false") ? fallback : "\"" + fallback + "\""));
        }
        node.set("schema", schema);
        return node;
    }

    private void putResponses(ObjectNode node, List<Operation> same) {
        var responses = node.putObject("responses");
        var success = responses.putObject("200").put("description", "It is done, or found.");
        for (var operation : same) {
            putContent(success, operation);
        }
        if (same.stream().anyMatch(operation -> operation.produces().equals("text/event-stream"))) {
            responses.putObject("204").put("description", "There will be no more events.");
        }
        responses.putObject("4XX").put("$ref", "#/components/responses/Refused");
        responses.putObject("5XX").put("$ref", "#/components/responses/Failed");
    }

    private void putContent(ObjectNode success, Operation operation) {
        var type = operation.method().getGenericReturnType();
        if (type == void.class) {
            return;
        } else if (type == Resource.class) {
            success.withObjectProperty("content")
                    .putObject("application/json")
                    .putObject("schema")
                    .put("type", "object");
            return;
        }
        var plain =
                type instanceof ParameterizedType parameterized && parameterized.getRawType() == ResponseEntity.class;
        var name = plain && type.toString().contains(DataBuffer.class.getName()) ? "text/plain" : operation.produces();
        var schema = plain
                ? JSON.createObjectNode().put("type", "string")
                : schemas.of(operation.method().getAnnotatedReturnType());
        var content = success.withObjectProperty("content");
        var before = content.path(name).path("schema");
        if (before.isMissingNode()) {
            content.putObject(name).set("schema", schema);
        } else {
            var either = JSON.createObjectNode();
            either.putArray("oneOf").add(before).add(schema);
            content.putObject(name).set("schema", either);
        }
    }

    private void putComponents() {
        var problem = schemas.of(ProblemView.class);
        var components = document.putObject("components");
        components.set("schemas", schemas.all());
        var responses = components.putObject("responses");
        Map.of("Refused", Words.REFUSED, "Failed", Words.FAILED).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> {
                    var response = responses.putObject(entry.getKey()).put("description", entry.getValue());
                    response.putObject("content").putObject("application/json").set("schema", problem);
                });
        components
                .putObject("securitySchemes")
                .putObject("token")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", Words.TOKEN);
    }
}
