package rivet.cli.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** The schema that editors use and the reader that deploy uses know the same keys. */
final class SchemaTest {

    private final JsonNode schema = Wire.JSON.readTree(Path.of("..", "docs", "reference", "rivet.schema.json"));

    @Test
    void schema_knows_every_key_of_the_example() throws IOException {
        var file = Path.of("..", "rivet.json.example");

        check("", new NodeReader(new Source(file)).read(Files.readString(file)), schema);
    }

    @Test
    void reader_knows_every_top_level_key_of_the_schema() {
        for (var key : schema.path("properties").propertyNames()) {
            var text = "{\"%s\": 7}".formatted(key);
            var source = new Source(Path.of("rivet.json"));

            assertThat(refusal(source, text)).as(key).doesNotContain("unknown key");
        }
    }

    private static String refusal(Source source, String text) {
        try {
            return new ProjectReader(source).read(text).toString();
        } catch (rivet.cli.terminal.Failure e) {
            return e.report().message();
        }
    }

    private void check(String path, Node node, JsonNode allowed) {
        if (!(node instanceof Node.Fields fields)) {
            return;
        }
        fields.members().forEach((key, member) -> {
            var known = alternatives(allowed).stream()
                    .map(each -> each.path("properties").has(key)
                            ? each.path("properties").path(key)
                            : each.path("additionalProperties"))
                    .filter(each -> each.isObject())
                    .findFirst();
            assertThat(known).as(path + "/" + key).isPresent();
            check(path + "/" + key, member.value(), known.orElseThrow());
        });
    }

    private List<JsonNode> alternatives(JsonNode node) {
        if (node.has("$ref")) {
            return alternatives(schema.at(node.path("$ref").asString().substring(1)));
        }
        return node.has("anyOf") && !node.has("properties")
                ? node.path("anyOf")
                        .valueStream()
                        .flatMap(each -> alternatives(each).stream())
                        .toList()
                : List.of(node);
    }
}
