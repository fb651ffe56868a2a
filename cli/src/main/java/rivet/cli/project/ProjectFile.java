package rivet.cli.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import rivet.cli.terminal.Failure;

/** What a folder's {@code rivet.json} or {@code rivet.jsonc} says, in its order. */
public final class ProjectFile {

    private static final String JSON = "rivet.json";
    private static final String JSONC = "rivet.jsonc";

    private final Source source;
    private final List<Build> builds;

    private ProjectFile(Source source, List<Build> builds) {
        this.source = source;
        this.builds = builds;
    }

    /** The project file of a folder. */
    public static ProjectFile find(Path folder) {
        return findIfThere(folder)
                .orElseThrow(() -> Failure.badInput("PROJECT_FILE_MISSING", "no %s in %s".formatted(JSON, folder))
                        .withRemedy("go to your project's folder, or make one with 'rivet init'"));
    }

    /** For who can do without one. */
    public static Optional<ProjectFile> findIfThere(Path folder) {
        boolean json = Files.exists(folder.resolve(JSON));
        boolean jsonc = Files.exists(folder.resolve(JSONC));
        if (json && jsonc) {
            throw Failure.badInput(
                    "PROJECT_FILE_AMBIGUOUS",
                    "both %s and %s are in %s (expected: one of them)".formatted(JSON, JSONC, folder));
        }
        return json || jsonc ? Optional.of(read(folder.resolve(json ? JSON : JSONC))) : Optional.empty();
    }

    /** One build that no file tells of. @param folder that its paths start from */
    public static ProjectFile of(Path folder, Build build) {
        return new ProjectFile(new Source(folder.resolve("command line")), List.of(build));
    }

    public static ProjectFile read(Path file) {
        var source = new Source(file);
        try {
            return new ProjectFile(source, new ProjectReader(source).read(text(file)));
        } catch (CharacterCodingException e) {
            throw source.mistake(new Place(1, 1), "the file is not UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some editors begin a file with a mark of its byte order. */
    private static String text(Path file) throws IOException {
        var text = Files.readString(file);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    public List<Build> builds() {
        return builds;
    }

    /** The folder that the paths in the file start from. */
    public Path folder() {
        var parent = source.file().toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    /** The builds of these names, in the file's order; all, if none is named. */
    public List<Build> named(List<String> names) {
        var known = builds.stream().map(Build::name).toList();
        for (var name : new LinkedHashSet<>(names)) {
            if (!known.contains(name)) {
                throw Failure.badInput("BUILD_NOT_IN_PROJECT", noSuch(name, known));
            }
        }
        return names.isEmpty()
                ? builds
                : new ArrayList<>(builds)
                        .stream().filter(build -> names.contains(build.name())).toList();
    }

    /** A mistake that shows only when the file is acted upon. */
    public Failure mistake(Place at, String message) {
        return source.mistake(at, message);
    }

    private String noSuch(String name, List<String> known) {
        var nearest = Nearest.of(name, known);
        return nearest != null
                ? "no build '%s' in %s (did you mean '%s'?)"
                        .formatted(name, source.file().getFileName(), nearest)
                : "no build '%s' in %s (it has: %s)"
                        .formatted(name, source.file().getFileName(), String.join(", ", known));
    }
}
