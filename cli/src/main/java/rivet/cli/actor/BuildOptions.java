package rivet.cli.actor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pairs;
import rivet.protocol.BuildId;

/** Which build an actor shall run: one by its id, or the newest with some tags. */
final class BuildOptions {

    @Option(
            names = {"-b", "--build-tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Tags of the build: the newest that has them all.")
    private List<String> buildTags = new ArrayList<>();

    @Option(names = "--build", paramLabel = "ID", description = "The build, by its id.")
    private @Nullable String build;

    @Option(
            names = "--no-build-current-tag",
            description = "Do not ask for a build with 'current=true', which is else one of the tags.")
    private boolean anyBuild;

    /** @return the id, where one was given */
    @Nullable
    String id() {
        if (build == null) {
            return null;
        }
        if (!buildTags.isEmpty()) {
            throw Failure.badInput("BAD_OPTION", "--build and --build-tags (expected: one of them)");
        }
        try {
            return BuildId.parse(build).toString();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("BAD_OPTION", "--build: " + e.getMessage());
        }
    }

    /** @param more tags from elsewhere @return none, if nothing says which build */
    Map<String, String> tags(Map<String, String> more) {
        var wanted = new LinkedHashMap<>(more);
        wanted.putAll(Pairs.parse("--build-tags", buildTags));
        if (!wanted.isEmpty() && !anyBuild) {
            wanted.putIfAbsent("current", "true");
        }
        return wanted;
    }
}
