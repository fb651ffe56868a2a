package rivet.cli.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Span;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ConnectionView;

@Command(
        name = "connect",
        description = {
            "Make a URL that opens a guarded port of an actor for a while. Its token is shown this one time.",
            "The port must have been created with the rule 'connection': rivet actor create -p name=http,protocol=http,"
                    + "guard=connection"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor connect ID",
            "  rivet actor connect ID --ttl 1h --subject ann --claim role=host",
            "  curl \"$(rivet actor connect ID --json | jq -r .url)\""
        })
final class ActorConnectCommand extends ServerCommand {

    @Parameters(paramLabel = "ID", description = "The actor.")
    private String id = "";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "NAME",
            defaultValue = "http",
            description = "Which of its ports (${DEFAULT-VALUE}).")
    private String port = "";

    @Option(
            names = "--ttl",
            paramLabel = "SPAN",
            defaultValue = "15m",
            description = "How long it opens: 1s to 7d (${DEFAULT-VALUE}); with --single-use to 10m.")
    private String ttl = "";

    @Option(names = "--subject", paramLabel = "TEXT", description = "For whom it is; the actor is told.")
    private @Nullable String subject;

    @Option(
            names = "--claim",
            paramLabel = "NAME=VALUE",
            description = "What the actor is told besides; may be repeated.")
    private List<String> claims = new ArrayList<>();

    @Option(
            names = "--methods",
            split = ",",
            paramLabel = "METHOD,…",
            description = "The HTTP methods that it opens (else all).")
    private List<String> methods = new ArrayList<>();

    @Option(names = "--path-prefix", paramLabel = "PATH", description = "Opens only this path and those below it.")
    private @Nullable String pathPrefix;

    @Option(names = "--single-use", description = "Opens once.")
    private boolean singleUse;

    ActorConnectCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        request();
    }

    private ConnectionView.Create request() {
        return new ConnectionView.Create(
                port,
                Span.parse("--ttl", ttl).toMillis(),
                subject,
                claims.isEmpty() ? null : Pairs.parseEach("--claim", claims),
                methods.isEmpty() ? null : methods,
                pathPrefix,
                singleUse ? true : null);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var actorId = ActorText.parseId(id);
        var path = "/actors/" + actorId + "/connections";
        var made = server.call("POST", path, Map.of(), request(), ConnectionView.Created.class);
        output.result(made, () -> {
            output.say("url         " + output.emphasised(made.url()));
            output.say("ws url      " + made.wsUrl());
            output.say("connection  " + made.connectionId());
            output.say("expires     " + made.expiresAt());
            output.next(rivet("actor disconnect %s %s".formatted(actorId, made.connectionId())));
        });
    }
}
