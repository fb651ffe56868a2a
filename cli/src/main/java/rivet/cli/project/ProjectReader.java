package rivet.cli.project;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The top level of a project file; what a build may say is in {@link BuildReader}. */
final class ProjectReader {

    private static final List<String> TOP =
            List.of("$schema", "builds", "actors", "containers", "functions", "rivetkit", "unstable");

    private final Source source;
    private final BuildReader buildReader;

    ProjectReader(Source source) {
        this.source = source;
        this.buildReader = new BuildReader(source);
    }

    List<Build> read(String text) {
        var top = Section.of(source, "", new NodeReader(source).read(text), TOP);
        top.anyText("$schema");
        // The manager of version 25.1 has no successor: its setting is read, so that old files pass, and means nothing.
        top.section("unstable", List.of("manager"))
                .flatMap(unstable -> unstable.section("manager", List.of("enable")))
                .ifPresent(manager -> manager.flag("enable", true));
        var builds = new ArrayList<Build>();
        var names = new HashSet<String>();
        for (var sectionName : List.of("builds", "actors", "containers", "functions")) {
            top.entries(sectionName)
                    .forEach((name, member) ->
                            builds.add(build(sectionName, unique(names, sectionName, name, member), member)));
        }
        if (top.has("rivetkit")) {
            builds.add(buildReader.rivetkit(top));
        }
        if (builds.isEmpty()) {
            throw source.mistake(top.at(), "nothing to build (expected: 'actors' with at least one entry)");
        }
        return List.copyOf(builds);
    }

    private Build build(String sectionName, BuildReader.Name name, Node.Member member) {
        return switch (sectionName) {
            case "containers" -> buildReader.container(name, member);
            case "functions" -> buildReader.function(name, member);
            default -> buildReader.actor(name, member);
        };
    }

    private BuildReader.Name unique(Set<String> names, String sectionName, String name, Node.Member member) {
        if (name.isBlank()) {
            throw source.mistake(member.keyAt(), "a build without a name");
        }
        if (!names.add(name)) {
            throw source.mistake(member.keyAt(), "a build '%s' stands here twice, in two sections".formatted(name));
        }
        return new BuildReader.Name(name, sectionName + "." + name, member.keyAt());
    }
}
