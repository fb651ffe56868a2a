package rivet.cli.tenancy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.AuditView;

@Command(
        name = "audit",
        description =
                "Show who changed what, from where, and whether it was let; newest first. Needs the scope 'admin'.",
        footerHeading = "%nExamples:%n",
        footer = {"  rivet audit", "  rivet audit -e prod --json | jq -r '.entries[] | select(.outcome != \"ok\")'"})
public final class AuditCommand extends ServerCommand {

    @Option(names = "--cursor", paramLabel = "TEXT", description = "Go on where the last page ended.")
    private @Nullable String cursor;

    public AuditCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var page = server.get("/audit", cursor == null ? Map.of() : Map.of("cursor", cursor), AuditView.Many.class);
        output.result(page, () -> print(page));
    }

    private void print(AuditView.Many page) {
        if (page.entries().isEmpty()) {
            output.say("no changes");
            return;
        }
        output.table(
                List.of("WHEN", "WHO", "FROM", "WHAT", "WHERE", "OUTCOME", "RAY"),
                page.entries().stream().map(AuditCommand::row).toList());
        if (page.pagination().cursor() != null) {
            output.next(rivet("audit --cursor " + page.pagination().cursor()));
        }
    }

    private static List<String> row(AuditView entry) {
        var method = entry.operation().split(" ", 2)[0];
        return List.of(
                entry.at().toString(),
                entry.tokenName(),
                entry.address(),
                method + " " + entry.target(),
                entry.project() == null ? "everywhere" : "%s/%s".formatted(entry.project(), entry.environment()),
                entry.outcome(),
                entry.rayId());
    }
}
