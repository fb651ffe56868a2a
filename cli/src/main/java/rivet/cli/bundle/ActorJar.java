package rivet.cli.bundle;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarFile;

/** Looks into a jar for what an agent would miss in it, so that it is told before anything is uploaded. */
final class ActorJar {

    private static final String ATTRIBUTE = "Rivet-Actor";
    private static final String SERVICES = "META-INF/services/rivet.actor.Actor";

    private ActorJar() {}

    /** What is wrong with it, to be read after its name. */
    static Optional<String> mistake(Path file) {
        try (var jar = new JarFile(file.toFile())) {
            return namesActor(jar)
                    ? Optional.empty()
                    : Optional.of(
                            "names no actor (expected: '%s: com.example.Counter' in its manifest, or the class in %s)"
                                    .formatted(ATTRIBUTE, SERVICES));
        } catch (IOException e) {
            return Optional.of("is no jar: " + e.getMessage());
        }
    }

    private static boolean namesActor(JarFile jar) throws IOException {
        var manifest = jar.getManifest();
        return jar.getEntry(SERVICES) != null
                || (manifest != null && manifest.getMainAttributes().getValue(ATTRIBUTE) != null);
    }
}
