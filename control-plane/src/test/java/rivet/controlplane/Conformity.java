package rivet.controlplane;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;
import rivet.controlplane.web.Problem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds answers against the OpenAPI document that is served, and more strictly than it reads: an object has no field that its
 * schema does not name. Thread-safe.
 */
final class Conformity {

    private static final JsonMapper JSON = new JsonMapper();
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            registry -> registry.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    private static final JsonNode DOCUMENT = document();
    private static final List<Promise> PROMISES = promises();
    private static final Map<JsonNode, Schema> SCHEMAS = new ConcurrentHashMap<>();

    private Conformity() {}

    /** @param operation method and path as the document has them */
    private record Promise(String operation, Pattern place, JsonNode responses) {}

    /**
     * @return the operation that was asked, with the document's path; empty where it has none
     * @throws AssertionError if the answer is none of those that the document promises
     */
    static Optional<String> check(HttpResponse<String> answer) {
        var asked = answer.request().method() + " " + answer.request().uri().getRawPath();
        var promise = PROMISES.stream()
                .filter(one -> one.place().matcher(asked).matches())
                .findFirst();
        if (answer.statusCode() != 414) { // ends before it is a request
            promise.ifPresent(one -> check(one, answer));
        }
        return promise.map(Promise::operation);
    }

    private static void check(Promise promise, HttpResponse<String> answer) {
        var status = String.valueOf(answer.statusCode());
        var response =
                resolved(promise.responses().path(promise.responses().has(status) ? status : status.charAt(0) + "XX"));
        if (response.isMissingNode()) {
            throw broken(promise, answer, "no such status");
        }
        var type = answer.headers().firstValue("content-type").orElse("").replaceAll(";.*", "");
        var content = response.path("content");
        if (content.isEmpty() ? !answer.body().isEmpty() : !content.has(type)) {
            throw broken(promise, answer, "no such content as '%s'".formatted(type));
        }
        if (type.equals("application/json")) {
            var wrong = schema(content.path(type).path("schema")).validate(JSON.readTree(answer.body()));
            if (!wrong.isEmpty()) {
                throw broken(promise, answer, wrong.toString());
            }
        }
    }

    private static AssertionError broken(Promise promise, HttpResponse<String> answer, String what) {
        return new AssertionError("%s answered %d %s, which is not in its OpenAPI document: %s"
                .formatted(promise.operation(), answer.statusCode(), answer.body(), what));
    }

    private static JsonNode resolved(JsonNode response) {
        var reference = response.path("$ref").asString("");
        return reference.isEmpty() ? response : DOCUMENT.at(reference.substring(1));
    }

    /** References go by the document, so each schema takes the document's along. */
    private static Schema schema(JsonNode schema) {
        return SCHEMAS.computeIfAbsent(schema, _ -> {
            var whole = JSON.createObjectNode();
            whole.putArray("allOf").add(schema);
            whole.set("components", DOCUMENT.path("components"));
            return REGISTRY.getSchema(whole);
        });
    }

    private static JsonNode document() {
        try (var served = new ClassPathResource("openapi.json", Problem.class).getInputStream()) {
            var document = JSON.readTree(served);
            document.at("/components/schemas").forEach(Conformity::close);
            return document;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.has("properties")) {
            object.put("additionalProperties", false);
        }
    }

    /** Those with fewer variables first: {@code /actors/usage} is not an actor. */
    private static List<Promise> promises() {
        return DOCUMENT.path("paths").properties().stream()
                .sorted(Comparator.comparingLong(
                        item -> item.getKey().chars().filter(c -> c == '{').count()))
                .flatMap(item -> item.getValue().properties().stream()
                        .map(operation -> promise(operation.getKey(), item.getKey(), operation.getValue())))
                .toList();
    }

    private static Promise promise(String verb, String path, JsonNode operation) {
        var name = verb.toUpperCase(Locale.ROOT) + " " + path;
        var place = Pattern.compile(name.replace(".", "\\.").replaceAll("\\{\\w+}", "[^/]*"));
        return new Promise(name, place, operation.path("responses"));
    }

    /** All operations that there are, as {@link #check} names them. */
    static List<String> operations() {
        return PROMISES.stream().map(Promise::operation).toList();
    }
}
