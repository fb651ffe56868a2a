package rivet.cli.deploy;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.BuildView;

@Command(
        name = "get",
        description = "Show a build.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet build get ID", "  rivet build get ID --json | jq -r .build.sha256"})
final class BuildGetCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", description = "The build.")
    private String id = "";

    BuildGetCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        BuildText.parseId(id);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var build = server.build(BuildText.parseId(id));
        output.result(new BuildView.One(build), () -> {
            BuildText.describe(output, build);
            output.next(rivet("actor create --build " + build.id()));
        });
    }
}
