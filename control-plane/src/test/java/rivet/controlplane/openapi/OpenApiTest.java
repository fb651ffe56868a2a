package rivet.controlplane.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import rivet.controlplane.Api;
import rivet.controlplane.ControlPlaneTest;
import rivet.controlplane.TestControlPlane;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@ControlPlaneTest
class OpenApiTest {

    private static final JsonMapper PRETTY =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final Path SERVED = Path.of("src/main/resources/rivet/controlplane/web/openapi.json");

    /** After a change of the API: {@code mvn -pl control-plane -am test -Dtest=OpenApiTest -Dopenapi.write=true}. */
    @Test
    void served_document_is_what_the_code_says(TestControlPlane controlPlane, Api api) throws IOException {
        var document = PRETTY.writeValueAsString(OpenApiDocument.of(
                        controlPlane.bean(RequestMappingHandlerMapping.class),
                        SourceComments.of(
                                Path.of("src/main/java"), Path.of("../protocol/src/main/java/rivet/protocol/api"))))
                + "\n";
        if (Boolean.getBoolean("openapi.write")) {
            Files.createDirectories(SERVED.getParent());
            Files.writeString(SERVED, document);
        }

        assertThat(SERVED).content().isEqualTo(document);
        assertThat(api.get("/openapi.json").body()).isEqualTo(Api.JSON.readTree(Files.readString(SERVED)));
    }

    @Test
    void every_operation_says_what_it_does(Api api) {
        var silent = new ArrayList<String>();
        for (var item : api.get("/openapi.json").body().path("paths").properties()) {
            for (var operation : item.getValue().properties()) {
                if (operation.getValue().path("summary").asString("").isBlank()) {
                    silent.add(operation.getKey() + " " + item.getKey());
                }
            }
        }

        assertThat(silent).as("write a comment over the handler").isEmpty();
    }

    @Test
    void every_operation_has_a_name_of_its_own(Api api) {
        var names = api.get("/openapi.json")
                .body()
                .path("paths")
                .valueStream()
                .flatMap(JsonNode::valueStream)
                .map(operation -> operation.path("operationId").asString());

        assertThat(names).doesNotHaveDuplicates().isNotEmpty();
    }
}
