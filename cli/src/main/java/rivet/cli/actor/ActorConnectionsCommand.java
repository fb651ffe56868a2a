package rivet.cli.actor;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ConnectionView;

@Command(
        name = "connections",
        description =
                "List what 'rivet actor connect' opened an actor's ports to: the newest 1000, until a day after they expired.",
        footerHeading = "%nExamples:%n",
        footer = "  rivet actor connections ID")
final class ActorConnectionsCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", description = "The actor.")
    private String id = "";

    ActorConnectionsCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = ActorText.parseId(id);
        var path = "/actors/" + actorId + "/connections";
        var all = server.get(path, Map.of(), ConnectionView.Many.class);
        output.result(all, () -> {
            output.table(
                    List.of("CONNECTION", "PORT", "SUBJECT", "EXPIRES", "REVOKED"),
                    all.connections().stream().map(ActorConnectionsCommand::row).toList());
            output.next(rivet("actor connect " + actorId), rivet("actor disconnect " + actorId + " CONNECTION"));
        });
    }

    private static List<String> row(ConnectionView connection) {
        return List.of(
                connection.id(),
                connection.port(),
                connection.subject() == null ? "" : connection.subject(),
                connection.expiresAt().toString(),
                connection.revokedAt() == null ? "" : connection.revokedAt().toString());
    }
}
