package rivet.cli.deploy;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.BuildView;

@Command(
        name = "list",
        description = "List builds, newest first.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet build list", "  rivet build list -t name=room,current=true"})
final class BuildListCommand extends ServerCommand {

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Only builds that have these tags.")
    private List<String> tags = new ArrayList<>();

    BuildListCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        Pairs.parse("--tags", tags);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var builds = server.builds(Pairs.parse("--tags", tags));
        output.result(builds, () -> print(builds));
    }

    private void print(BuildView.Many builds) {
        if (builds.builds().isEmpty()) {
            output.say("no builds");
            output.next(rivet("deploy"));
            return;
        }
        output.table(
                List.of("BUILD", "NAME", "SIZE", "CREATED", "TAGS"),
                builds.builds().stream().map(BuildText::row).toList());
    }
}
