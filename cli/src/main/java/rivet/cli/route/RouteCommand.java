package rivet.cli.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.RouteView;

@Command(
        name = "route",
        description = "Host names and paths of your own that lead to actors.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RouteCommand.ListRoutes.class, RouteCommand.SetRoute.class, RouteCommand.DeleteRoute.class})
public final class RouteCommand {

    @Command(
            name = "list",
            description = "List the routes of the environment.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet route list")
    static final class ListRoutes extends ServerCommand {

        ListRoutes(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var routes = server.get("/routes", Map.of(), RouteView.Many.class);
            output.result(routes, () -> print(routes));
        }

        private void print(RouteView.Many routes) {
            if (routes.routes().isEmpty()) {
                output.say("no routes");
                output.next(rivet("route set --help"));
                return;
            }
            output.table(
                    List.of("ROUTE", "HOST", "PATH", "BELOW IT", "STRIPPED", "ACTORS WITH"),
                    routes.routes().stream().map(ListRoutes::row).toList());
        }

        private static List<String> row(RouteView route) {
            return List.of(
                    route.id(),
                    route.hostname(),
                    route.path().isEmpty() ? Output.orNone(null) : route.path(),
                    route.routeSubpaths() ? "yes" : "no",
                    route.stripPrefix() ? "yes" : "no",
                    Optional.ofNullable(route.target().actors())
                            .flatMap(actors -> Optional.ofNullable(actors.selectorTags()))
                            .map(Pairs::print)
                            .orElse(Output.orNone(null)));
        }
    }

    @Command(
            name = "set",
            description = {
                "Make a route, or make the one with this name another: requests to the host and path go to any "
                        + "live actor that has the tags. Of several routes the longest path wins."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rivet route set game --host game.example.com -t name=room",
                "  rivet route set api --host example.com --path /api -t name=api --keep-prefix"
            })
    static final class SetRoute extends ServerCommand {

        @Parameters(paramLabel = "NAME", description = "Its name: small letters, digits and single dashes, at most 16.")
        private String name = "";

        @Option(names = "--host", required = true, paramLabel = "HOSTNAME", description = "The host of the requests.")
        private String hostname = "";

        @Option(
                names = "--path",
                paramLabel = "PATH",
                description = "The path of the requests, which begins with '/' (else all paths).")
        private String path = "";

        @Option(
                names = {"-t", "--tags"},
                required = true,
                paramLabel = "KEY=VALUE,…",
                description = "Tags that an actor must have, 1 to 8.")
        private List<String> tags = new ArrayList<>();

        @Option(names = "--exact", description = "Only this path, and not what is below it.")
        private boolean exact;

        @Option(names = "--keep-prefix", description = "The actor sees the path with this prefix (else without it).")
        private boolean keepPrefix;

        SetRoute(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            RouteText.checkName(name);
            Pairs.parse("--tags", tags);
            if (!path.isEmpty() && !path.startsWith("/")) {
                throw Failure.badInput(
                        "BAD_OPTION", "--path: '%s' (expected: one that begins with '/')".formatted(path));
            }
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var target = new RouteView.Target(new RouteView.Actors(Pairs.parse("--tags", tags)));
            var update = new RouteView.Update(hostname, path, !keepPrefix && !path.isEmpty(), !exact, target);
            server.call("PUT", "/routes/" + name, Map.of(), update);
            output.result(new Document(name), () -> {
                output.say("%s%s leads to the actors with %s"
                        .formatted(hostname, path, Pairs.print(Pairs.parse("--tags", tags))));
                output.next(rivet("route list"), rivet("actor list -t " + Pairs.print(Pairs.parse("--tags", tags))));
            });
        }
    }

    @Command(
            name = "delete",
            description = "Remove a route. The actors that it leads to stay.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet route delete game")
    static final class DeleteRoute extends ServerCommand {

        @Parameters(paramLabel = "NAME", description = "Its name.")
        private String name = "";

        DeleteRoute(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            RouteText.checkName(name);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            server.call("DELETE", "/routes/" + name, Map.of(), null);
            output.result(new Document(name), () -> {
                output.say("route %s is removed".formatted(name));
                output.next(rivet("route list"));
            });
        }
    }

    private record Document(String route) {}
}
