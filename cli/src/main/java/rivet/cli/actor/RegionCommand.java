package rivet.cli.actor;

import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.RegionView;

@Command(
        name = "region",
        description = "Where actors can run.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RegionCommand.ListRegions.class, RegionCommand.Recommend.class})
public final class RegionCommand {

    @Command(
            name = "list",
            description = "List the regions, best first.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet region list")
    static final class ListRegions extends ServerCommand {

        ListRegions(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var regions = server.regions();
            output.result(
                    regions,
                    () -> output.table(
                            List.of("REGION", "NAME"),
                            regions.regions().stream()
                                    .map(region -> List.of(region.id(), region.name()))
                                    .toList()));
        }
    }

    @Command(
            name = "recommend",
            description =
                    "Say which region is nearest: to a place, or else to this machine as far as the server can tell.",
            footerHeading = "%nExamples:%n",
            footer = {"  rivet region recommend", "  rivet region recommend --lat 50.1 --long 8.7"})
    static final class Recommend extends ServerCommand {

        @Option(names = "--lat", paramLabel = "DEGREES", description = "Latitude, -90 to 90; with --long.")
        private @Nullable Double latitude;

        @Option(names = "--long", paramLabel = "DEGREES", description = "Longitude, -180 to 180; with --lat.")
        private @Nullable Double longitude;

        Recommend(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            if ((latitude == null) != (longitude == null)) {
                throw Failure.badInput("BAD_OPTION", "--lat and --long (expected: both or neither)");
            }
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var query = new LinkedHashMap<String, String>();
            if (latitude != null && longitude != null) {
                query.put("lat", latitude.toString());
                query.put("long", longitude.toString());
            }
            var answer = server.get("/regions/recommend", query, Recommended.class);
            output.result(answer, () -> {
                output.say("%s  %s".formatted(output.emphasised(answer.region.id()), answer.region.name()));
                output.next(rivet("actor create --region %s -b name=…".formatted(answer.region.id())));
            });
        }

        private record Recommended(RegionView region) {}
    }
}
