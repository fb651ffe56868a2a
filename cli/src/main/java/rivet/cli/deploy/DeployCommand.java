package rivet.cli.deploy;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.project.Build;
import rivet.cli.project.ProjectFile;
import rivet.cli.project.ReservedTags;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "deploy",
        description = {
            "Bundle and upload the builds of rivet.json, and make them the current ones.",
            "",
            "Actors that run stay on the build they were created with."
        })
public final class DeployCommand implements Callable<Integer> {

    /** Sorts as it was made, and fits into a tag. */
    private static final DateTimeFormatter VERSION =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "The builds to deploy; all, if none is named.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--filter-tags",
            paramLabel = "KEY=VALUE,…",
            description = "Deploy only builds that have these tags in rivet.json; 'name' is a tag too.")
    private List<String> filterTags = new ArrayList<>();

    @Option(names = "--extra-tags", paramLabel = "KEY=VALUE,…", description = "Tags to add to each build.")
    private List<String> extraTags = new ArrayList<>();

    @Option(names = "--version", paramLabel = "TEXT", description = "The tag 'version' (else the time, in UTC).")
    private @Nullable String version;

    @Option(
            names = "--non-interactive",
            description = "For scripts that say so to other tools as well; this command never asks.")
    @SuppressWarnings("unused")
    private boolean nonInteractive;

    public DeployCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var extra = Pairs.parse("--extra-tags", extraTags);
        refuseReserved(extra);
        var project = ProjectFile.find(surroundings.directory());
        var builds = chosen(project);
        try (var server = serverOptions.connect()) {
            var deployed = new Deployment(server, surroundings, output).deploy(project, builds, version(), extra);
            output.result(new Document(deployed), () -> print(deployed));
        }
        return ExitCode.OK.number();
    }

    private List<Build> chosen(ProjectFile project) {
        var filter = Pairs.parse("--filter-tags", filterTags);
        var chosen = project.named(names).stream()
                .filter(build -> filter.entrySet().stream().allMatch(tag -> has(build, tag)))
                .toList();
        if (chosen.isEmpty()) {
            throw Failure.badInput("NOTHING_TO_DEPLOY", "no build has the tags " + filter);
        }
        return chosen;
    }

    private static boolean has(Build build, Map.Entry<String, String> tag) {
        var value = tag.getKey().equals("name") ? build.name() : build.tags().get(tag.getKey());
        return tag.getValue().equals(value);
    }

    private static void refuseReserved(Map<String, String> extra) {
        extra.forEach((key, value) -> {
            if (ReservedTags.clash(key, value, "")) {
                throw Failure.badInput(
                        "BAD_OPTION", "--extra-tags: '%s' (deploy sets this one itself; see --version)".formatted(key));
            }
        });
    }

    private String version() {
        return version != null ? version : VERSION.format(surroundings.clock().instant());
    }

    private void print(List<Deployment.Deployed> deployed) {
        output.table(
                List.of("NAME", "VERSION", "KIND", "SIZE", "BUILD"),
                deployed.stream()
                        .map(each -> List.of(
                                each.name(), each.version(), each.kind(), Output.size(each.sizeBytes()), each.id()))
                        .toList());
        output.next("%s actor create -b name=%s -p http --wait"
                .formatted(surroundings.command(), deployed.getFirst().name()));
    }

    private record Document(List<Deployment.Deployed> builds) {}
}
