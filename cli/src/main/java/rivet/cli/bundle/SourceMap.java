package rivet.cli.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import rivet.protocol.Wire;
import tools.jackson.databind.node.ObjectNode;

/** Puts a module's map into the module, its sources named as the author knows them and not by where they lay. */
final class SourceMap {

    private SourceMap() {}

    static void putInto(Path module, Path project) {
        try {
            var map = (ObjectNode) Wire.JSON.readTree(module.resolveSibling(module.getFileName() + ".map"));
            var root = project.toRealPath();
            var folder = module.toRealPath().resolve("..").normalize();
            var sources = map.path("sources")
                    .valueStream()
                    .map(source -> name(folder, root, source.asString()))
                    .toList();
            var renamed = map.putArray("sources");
            sources.forEach(renamed::add);
            var encoded = Base64.getEncoder().encodeToString(Wire.JSON.writeValueAsBytes(map));
            Files.writeString(
                    module,
                    "//# sourceMappingURL=data:application/json;base64," + encoded + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Relative to the project; what lies outside of it keeps its last part only. */
    private static String name(Path folder, Path project, String source) {
        var file = folder.resolve(source).normalize();
        return file.startsWith(project) ? project.relativize(file).toString() : String.valueOf(file.getFileName());
    }
}
