package rivet.cli.deploy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.BuildView;

@Command(
        name = "tag",
        description = "Change the tags of a build. Tags that are not named stay.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet build tag ID stage=prod",
            "  rivet build tag ID current=true --exclusive current",
            "  rivet build tag ID --remove canary"
        })
final class BuildTagCommand extends ServerCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The build.")
    private String id = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "KEY=VALUE", description = "Tags that it shall have.")
    private List<String> tags = new ArrayList<>();

    @Option(names = "--remove", paramLabel = "KEY", description = "A tag to take away; may be repeated.")
    private List<String> removed = new ArrayList<>();

    @Option(
            names = "--exclusive",
            paramLabel = "KEY",
            description =
                    "A tag that is taken away from all other builds of its name in the same step; may be repeated.")
    private List<String> exclusive = new ArrayList<>();

    BuildTagCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        BuildText.parseId(id);
        if (patch().isEmpty()) {
            throw Failure.badInput("BAD_OPTION", "nothing to change (expected: KEY=VALUE, or --remove KEY)");
        }
    }

    private Map<String, @Nullable String> patch() {
        var patch = new HashMap<String, @Nullable String>(Pairs.parse("tags", tags));
        for (var key : removed) {
            if (patch.containsKey(key)) {
                throw Failure.badInput("BAD_OPTION", "--remove: '%s' is given a value too".formatted(key));
            }
            patch.put(key, null);
        }
        return patch;
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var buildId = BuildText.parseId(id);
        server.patchTags(buildId, new BuildView.PatchTagsRequest(patch(), exclusive));
        var build = server.build(buildId);
        output.result(new BuildView.One(build), () -> {
            BuildText.describe(output, build);
            output.next(rivet("build list -t name=" + BuildText.name(build)));
        });
    }
}
