package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.controlplane.ControlPlane;

/** The OpenAPI document that the control plane serves, by the rules that its readers' tools go by. */
class OpenApiLintTest {

    @Test
    void document_has_no_faults(@TempDir Path folder) throws Exception {
        var file = folder.resolve("openapi.json");
        try (var served = ControlPlane.class.getResourceAsStream("web/openapi.json")) {
            assertThat(served).isNotNull();
            Files.copy(served, file);
        }

        var ran = RunningDevServer.run(new ProcessBuilder("node", "lint.mjs", file.toString())
                .directory(NpmPackages.folder().toFile()));

        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }
}
