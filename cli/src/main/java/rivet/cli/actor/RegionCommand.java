package rivet.cli.actor;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "region",
        description = "Where actors can run.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = RegionCommand.ListRegions.class)
public final class RegionCommand {

    @Command(name = "list", description = "List the regions, best first.")
    static final class ListRegions implements Callable<Integer> {

        @Mixin
        private final Output output;

        @Mixin
        private final ServerOptions serverOptions;

        ListRegions(Surroundings surroundings) {
            this.output = new Output(surroundings);
            this.serverOptions = new ServerOptions(surroundings);
        }

        @Override
        public Integer call() {
            try (var server = serverOptions.connect()) {
                var regions = server.regions();
                output.result(
                        regions,
                        () -> output.table(
                                List.of("REGION", "NAME"),
                                regions.regions().stream()
                                        .map(region -> List.of(region.id(), region.name()))
                                        .toList()));
            }
            return ExitCode.OK.number();
        }
    }
}
