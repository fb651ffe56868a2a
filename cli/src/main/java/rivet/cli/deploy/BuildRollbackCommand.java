package rivet.cli.deploy;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.BuildId;
import rivet.protocol.api.BuildView;

@Command(
        name = "rollback",
        description = {
            "Make the build before the current one current again, in one step.",
            "Actors that run stay on their build, unless they are upgraded to the older one: see --upgrade."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet build rollback room", "  rivet build rollback room --upgrade"})
final class BuildRollbackCommand extends ServerCommand {

    @Mixin
    private final Upgrading upgrading;

    @Parameters(
            paramLabel = "NAME",
            description = "The name whose current build is not the right one; or the build's id.")
    private String nameOrId = "";

    BuildRollbackCommand(Surroundings surroundings) {
        super(surroundings);
        this.upgrading = new Upgrading(surroundings);
    }

    @Override
    protected void check() {
        upgrading.check(output);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var from = from(server);
        var build = server.call("POST", "/builds/" + from + "/rollback", Map.of(), null, BuildView.One.class)
                .build();
        var name = BuildText.name(build);
        var upgraded = upgrading.upgrade(server, output, Map.of(name, BuildId.parse(build.id())));
        output.result(new Document(build, upgraded), () -> {
            output.say("%s: build %s (version %s) is current again; it was %s"
                    .formatted(name, build.id(), build.tags().getOrDefault("version", "-"), from));
            if (!upgraded.isEmpty()) {
                output.say("%d actors upgraded to it".formatted(upgraded.size()));
            }
            output.next(rivet("build list -t name=" + name), rivet("actor upgrade -t name=" + name));
        });
    }

    private BuildId from(ControlPlaneClient server) {
        try {
            return BuildId.parse(nameOrId);
        } catch (IllegalArgumentException e) {
            return current(server);
        }
    }

    private BuildId current(ControlPlaneClient server) {
        return server.builds(Map.of("name", nameOrId, "current", "true")).builds().stream()
                .findFirst()
                .map(build -> BuildId.parse(build.id()))
                .orElseThrow(() -> new Failure(
                                ExitCode.NOT_FOUND, "BUILD_NOT_FOUND", "no build '%s' is current".formatted(nameOrId))
                        .withRemedy("'%s' shows what there is".formatted(rivet("build list"))));
    }

    private record Document(BuildView build, List<String> upgradedActors) {}
}
