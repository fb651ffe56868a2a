package rivet.cli.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.ActorQuery;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ActorView;

@Command(name = "list", description = "List actors, newest first.")
final class ActorListCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Only actors that have these tags.")
    private List<String> tags = new ArrayList<>();

    @Option(names = "--include-destroyed", description = "Also actors that are no more.")
    private boolean includeDestroyed;

    @Option(names = "--cursor", paramLabel = "TEXT", description = "Go on where the last page ended.")
    private @Nullable String cursor;

    @Option(names = "--all", description = "All pages.")
    private boolean all;

    ActorListCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var query = new ActorQuery(Pairs.parse("--tags", tags), includeDestroyed, cursor);
        try (var server = serverOptions.connect()) {
            var page = all ? allPages(server, query) : server.actors(query);
            output.result(page, () -> print(page));
        }
        return ExitCode.OK.number();
    }

    private static ActorView.Many allPages(ControlPlaneClient server, ActorQuery first) {
        var actors = new ArrayList<ActorView>();
        var query = first;
        while (true) {
            var page = server.actors(query);
            actors.addAll(page.actors());
            var next = page.pagination().cursor();
            // A server that repeats itself must not keep us here for ever.
            if (next == null || next.equals(query.cursor()) || page.actors().isEmpty()) {
                return new ActorView.Many(actors, new ActorView.Pagination(null));
            }
            query = new ActorQuery(first.tags(), first.includeDestroyed(), next);
        }
    }

    private void print(ActorView.Many page) {
        if (page.actors().isEmpty()) {
            output.say("no actors");
            return;
        }
        output.table(
                List.of("ACTOR", "STATE", "REGION", "CREATED", "TAGS", "URL"),
                page.actors().stream().map(ActorListCommand::row).toList());
        if (page.pagination().cursor() != null) {
            output.next("%s actor list --cursor %s"
                    .formatted(surroundings.command(), page.pagination().cursor()));
        }
    }

    private static List<String> row(ActorView actor) {
        return List.of(
                actor.id(),
                ActorText.state(actor),
                actor.region(),
                actor.createdAt().toString(),
                actor.tags().isEmpty() ? Output.orNone(null) : Pairs.print(actor.tags()),
                ActorText.urls(actor).stream().findFirst().orElse(Output.orNone(null)));
    }
}
