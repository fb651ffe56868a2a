package rivet.cli.actor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ConnectionView;

@Command(
        name = "disconnect",
        description = {
            "Revoke a connection of an actor, a subject's, or all of them: the tokens open nothing more, and the "
                    + "sockets that they opened are closed."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor disconnect ID CONNECTION",
            "  rivet actor disconnect ID --subject ann",
            "  rivet actor disconnect ID --all"
        })
final class ActorDisconnectCommand extends ServerCommand {

    @Parameters(index = "0", paramLabel = "ID", description = "The actor.")
    private String id = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "CONNECTION",
            description = "The connection, as 'rivet actor connections ID' shows it.")
    private @Nullable String connection;

    @Option(names = "--subject", paramLabel = "TEXT", description = "Instead of one: all that are for this subject.")
    private @Nullable String subject;

    @Option(names = "--all", description = "Instead of one: all of the actor.")
    private boolean all;

    ActorDisconnectCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        int named = (connection == null ? 0 : 1) + (subject == null ? 0 : 1) + (all ? 1 : 0);
        if (named != 1) {
            throw Failure.badInput("BAD_OPTION", "which? (expected: one of CONNECTION, --subject and --all)");
        }
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = ActorText.parseId(id);
        var path = "/actors/" + actorId + "/connections";
        var revoked = connection == null ? revokeMany(server, path) : revokeOne(server, path, connection);
        output.result(revoked, () -> {
            output.say("%d connections of actor %s are revoked".formatted(revoked.revoked(), actorId));
            output.next(rivet("actor connections " + actorId));
        });
    }

    private static ConnectionView.Revoked revokeOne(ControlPlaneClient server, String path, String connection) {
        server.call("DELETE", path + "/" + ActorText.parseId(connection), Map.of(), null);
        return new ConnectionView.Revoked(1);
    }

    private ConnectionView.Revoked revokeMany(ControlPlaneClient server, String path) {
        var query = new LinkedHashMap<String, String>();
        if (subject != null) {
            query.put("subject", subject);
        }
        return server.call("DELETE", path, query, null, ConnectionView.Revoked.class);
    }
}
