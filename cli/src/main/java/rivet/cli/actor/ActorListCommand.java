package rivet.cli.actor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.ActorQuery;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ActorView;

@Command(
        name = "list",
        description = "List actors, newest first.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor list -t name=counter",
            "  rivet actor list --key room-7",
            "  rivet actor list --all --include-destroyed --json"
        })
final class ActorListCommand extends ServerCommand {

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Only actors that have these tags.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "Only the actor with this key.")
    private @Nullable String key;

    @Option(names = "--include-destroyed", description = "Also actors that are no more.")
    private boolean includeDestroyed;

    @Option(names = "--cursor", paramLabel = "TEXT", description = "Go on where the last page ended.")
    private @Nullable String cursor;

    @Option(names = "--all", description = "All pages (else the first one, of 32).")
    private boolean all;

    ActorListCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        query();
        if (key != null && key.isEmpty()) {
            throw Failure.badInput("BAD_OPTION", "--key: nothing (expected: an actor's key)");
        }
    }

    private ActorQuery query() {
        return new ActorQuery(Pairs.parse("--tags", tags), key, includeDestroyed, cursor);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var page = all
                ? new ActorView.Many(server.allActors(query()).toList(), new ActorView.Pagination(null))
                : server.actors(query());
        output.result(page, () -> print(page));
    }

    private void print(ActorView.Many page) {
        if (page.actors().isEmpty()) {
            output.say("no actors");
            output.next(rivet("actor create --help"));
            return;
        }
        output.table(
                List.of("ACTOR", "STATE", "REGION", "CREATED", "TAGS", "URL"),
                page.actors().stream().map(ActorListCommand::row).toList());
        if (page.pagination().cursor() != null) {
            output.next(rivet("actor list --cursor " + page.pagination().cursor()));
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
