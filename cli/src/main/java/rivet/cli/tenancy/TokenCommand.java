package rivet.cli.tenancy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Span;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.TokenView;

@Command(
        name = "token",
        description = "Tokens: who may do what with the API.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TokenCommand.ListTokens.class, TokenCommand.CreateToken.class, TokenCommand.RevokeToken.class})
public final class TokenCommand {

    @Command(
            name = "list",
            description =
                    "List tokens, never with their secrets: those of the environment that is named, else all you may manage.",
            footerHeading = "%nExamples:%n",
            footer = {"  rivet token list", "  rivet token list -e prod"})
    static final class ListTokens extends ServerCommand {

        ListTokens(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var tokens = server.get("/tokens", Map.of(), TokenView.Many.class);
            output.result(tokens, () -> {
                output.table(
                        List.of("TOKEN", "NAME", "SCOPES", "FOR", "EXPIRES", "LAST USED", "BEGINS WITH"),
                        tokens.tokens().stream().map(ListTokens::row).toList());
                output.next(rivet("token create NAME --scopes deploy"), rivet("token revoke TOKEN"));
            });
        }

        private static List<String> row(TokenView token) {
            return List.of(
                    token.id(),
                    token.name(),
                    String.join(",", token.scopes()),
                    token.everywhere() ? "everywhere" : "%s/%s".formatted(token.project(), token.environment()),
                    token.expiresAt() == null ? "never" : token.expiresAt().toString(),
                    token.lastUsedAt() == null ? "never" : token.lastUsedAt().toString(),
                    token.prefix());
        }
    }

    @Command(
            name = "create",
            description = {
                "Make a token for the environment. Its secret is printed once, to standard output, and never "
                        + "again.",
                "",
                "Scopes: 'read' sees, but not what actors' stores hold (kv), tokens and the audit trail; 'actors' sees stores "
                        + "too, and creates and ends actors; 'deploy' publishes builds and sets routes; 'admin' manages "
                        + "tokens too."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rivet token create ci --scopes deploy --expires-in 90d",
                "  rivet token create dashboard --scopes read -e prod --json | jq -r .secret"
            })
    static final class CreateToken extends ServerCommand {

        private static final List<String> SCOPES = List.of("admin", "deploy", "actors", "read");

        @Parameters(paramLabel = "NAME", description = "What it is called, for you to know it by.")
        private String name = "";

        @Option(
                names = {"-s", "--scopes"},
                split = ",",
                required = true,
                paramLabel = "SCOPE,…",
                description = "Of admin, deploy, actors and read.")
        private List<String> scopes = new ArrayList<>();

        @Option(
                names = "--expires-in",
                paramLabel = "SPAN",
                description = "When it expires: days, hours or minutes from now, such as 90d, 12h, 30m (else never).")
        private @Nullable String expiresIn;

        @Option(names = "--everywhere", description = "For the whole installation and not for one environment.")
        private boolean everywhere;

        CreateToken(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            for (var scope : scopes) {
                if (!SCOPES.contains(scope)) {
                    throw Failure.badInput(
                            "BAD_OPTION", "--scopes: '%s' (expected: %s)".formatted(scope, String.join(", ", SCOPES)));
                }
            }
            expiry();
        }

        private @Nullable Instant expiry() {
            return expiresIn == null
                    ? null
                    : surroundings.clock().instant().plus(Span.parse("--expires-in", expiresIn));
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var request = new TokenView.CreateRequest(name, List.copyOf(scopes), expiry(), everywhere ? true : null);
            var made = server.call("POST", "/tokens", Map.of(), request, TokenView.Created.class);
            output.result(made, () -> {
                output.say("token    " + made.token().id());
                output.say("secret   " + output.emphasised(made.secret()));
                output.say("expires  "
                        + (made.token().expiresAt() == null
                                ? "never"
                                : made.token().expiresAt()));
                output.say("");
                output.say("The secret is shown here and never again.");
                output.next(
                        rivet("login --endpoint %s   # and give the secret".formatted(server.endpoint())),
                        rivet("token revoke " + made.token().id()));
            });
        }
    }

    @Command(
            name = "revoke",
            description = "End a token: its next request is refused, on every server of the installation.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet token revoke ID")
    static final class RevokeToken extends ServerCommand {

        @Parameters(paramLabel = "ID", description = "The token's id, as 'rivet token list' shows it; not its secret.")
        private String id = "";

        RevokeToken(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            try {
                UUID.fromString(id);
            } catch (IllegalArgumentException e) {
                // Not repeated: it may be the secret.
                throw Failure.badInput("BAD_OPTION", "ID: not an id (expected: a UUID, as 'token list' shows it)");
            }
        }

        @Override
        protected void run(ControlPlaneClient server) {
            server.call("DELETE", "/tokens/" + id, Map.of(), null);
            output.result(new Revoked(id), () -> {
                output.say("token %s is revoked".formatted(id));
                output.next(rivet("token list"));
            });
        }

        private record Revoked(String token) {}
    }
}
