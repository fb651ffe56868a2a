package rivet.cli.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.project.Build;
import rivet.cli.project.ProjectFile;
import rivet.cli.project.ReservedTags;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "deploy",
        description = {
            "Bundle and upload the builds of rivet.json, and make them the current ones.",
            "",
            "Says what changes of each: size, digest, tags. What has the same digest as the current build is not uploaded again.",
            "Actors that run stay on the build they were created with, unless they are upgraded: see --upgrade."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet deploy",
            "  rivet deploy room --upgrade",
            "  rivet deploy room --upgrade --policy when_idle --policy-deadline 60000",
            "  rivet deploy --non-interactive --environment staging --extra-tags commit=$(git rev-parse --short HEAD)"
        })
public final class DeployCommand extends ServerCommand {

    @Mixin
    private final Upgrading upgrading;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "The builds to deploy; all, if none is named.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--filter-tags",
            paramLabel = "KEY=VALUE,…",
            description = "Deploy only builds that have these tags in rivet.json; 'name' is a tag too.")
    private List<String> filterTags = new ArrayList<>();

    @Option(names = "--extra-tags", paramLabel = "KEY=VALUE,…", description = "Tags to add to each build.")
    private List<String> extraTags = new ArrayList<>();

    @Option(
            names = {"-v", "--version"},
            paramLabel = "TEXT",
            description = "The tag 'version' (else the time, in UTC; what is current already keeps its own).")
    private @Nullable String version;

    public DeployCommand(Surroundings surroundings) {
        super(surroundings);
        this.upgrading = new Upgrading(surroundings);
    }

    @Override
    protected void check() {
        upgrading.check(output);
        refuseReserved(Pairs.parse("--extra-tags", extraTags));
        chosen(ProjectFile.find(surroundings.directory()));
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var project = ProjectFile.find(surroundings.directory());
        var chosen = chosen(project);
        var deployed = new Deployment(server, surroundings, output)
                .deploy(project, chosen, version, Pairs.parse("--extra-tags", extraTags));
        var upgraded = upgrading.upgrade(server, output, Deployment.Deployed.current(deployed));
        output.result(new Document(deployed, upgraded), () -> print(deployed, upgraded));
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

    private void print(List<Deployment.Deployed> deployed, List<String> upgraded) {
        print(output, deployed);
        if (upgraded.isEmpty()) {
            output.next(rivet("actor create -b name=%s -p http --wait"
                    .formatted(deployed.getFirst().name())));
        } else {
            output.say("%d actors upgraded".formatted(upgraded.size()));
            output.next(
                    rivet("actor list"),
                    rivet("build rollback " + deployed.getFirst().name()));
        }
    }

    static void print(Output output, List<Deployment.Deployed> deployed) {
        output.table(
                List.of("NAME", "VERSION", "KIND", "SIZE", "BUILD"),
                deployed.stream()
                        .map(each -> List.of(
                                each.name(), each.version(), each.kind(), Output.size(each.sizeBytes()), each.id()))
                        .toList());
    }

    /** @param upgradedActors their ids */
    record Document(List<Deployment.Deployed> builds, List<String> upgradedActors) {}
}
