package rivet.cli.login;

import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.server.ServerOptions;
import rivet.cli.server.StoredSettings;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Question;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ProjectView;

@Command(
        name = "login",
        description = {
            "Keep a server and a token of it for later commands.",
            "",
            "The token is asked for, or read from standard input; it is tried, and then stored in a file that only you can"
                    + " read: rivet/settings.json in XDG_CONFIG_HOME, else in ~/.config. The variables RIVET_ENDPOINT and"
                    + " RIVET_TOKEN win over it; a stored token is sent to its own server only."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet login --endpoint https://rivet.example.com",
            "  rivet login --endpoint https://rivet.example.com < token.txt",
            "  rivet login --no-token      # a dev server on another port"
        })
public final class LoginCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Option(names = "--no-token", description = "The server asks for none, as a dev server on this machine does.")
    private boolean noToken;

    public LoginCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var file = StoredSettings.file(surroundings);
        var endpoint = serverOptions.endpoint();
        warnInTheClear(endpoint);
        var token = noToken ? null : token();
        try (var server = serverOptions.connect(endpoint, token)) {
            // Every valid token may ask this, and no other.
            server.get("/projects", Map.of(), ProjectView.Many.class);
        }
        var before = StoredSettings.read(surroundings);
        var kept = endpoint.toString().equals(before.endpoint()) ? before : StoredSettings.NONE;
        new StoredSettings(endpoint.toString(), token, kept.project(), kept.environment()).write(surroundings);
        output.result(new LoggedIn(endpoint.toString(), file.toString()), () -> {
            output.say("logged in to %s (stored in %s)".formatted(endpoint, file));
            var command = surroundings.command();
            output.next(command + " env list", command + " actor list");
        });
        return ExitCode.OK.number();
    }

    private String token() {
        var token = new Question(surroundings).secret("Token: ");
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw Failure.badInput("BAD_TOKEN", "no token was given (expected: a token, on one line)")
                    .withRemedy("'%s token create' makes one; a server that asks for none wants --no-token"
                            .formatted(surroundings.command()));
        }
        return token;
    }

    private void warnInTheClear(URI endpoint) {
        var local = Objects.requireNonNullElse(endpoint.getHost(), "").matches("localhost|127\\..*|\\[::1\\]");
        if (!noToken && "http".equals(endpoint.getScheme()) && !local) {
            output.warn("%s is not encrypted: the token can be read on the way".formatted(endpoint));
        }
    }

    /** @param stored the file */
    private record LoggedIn(String endpoint, String stored) {}
}
