package rivet.controlplane.admin;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.audit.AuditEntry;
import rivet.controlplane.auth.NamedEnvironments;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Principal;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.AuditView;

/** The audit trail over REST. */
@RestController
class AuditController {

    private static final int PAGE = 100;

    private final Audit audit;
    private final NamedEnvironments environments;

    AuditController(Audit audit, NamedEnvironments environments) {
        this.audit = audit;
        this.environments = environments;
    }

    /** Changes and refused changes, newest first: of the environment that is named; else of all that the caller may touch. */
    @Needs(Scope.ADMIN)
    @GetMapping("/audit")
    AuditView.Many page(
            Principal caller,
            ServerHttpRequest http,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor) {
        var named = environments.named(caller, http).orElse(caller.environment());
        var found = audit.page(idOf(named), before(cursor), PAGE + 1);
        var page = found.subList(0, Math.min(PAGE, found.size()));
        return new AuditView.Many(
                page.stream().map(AuditController::view).toList(), new AuditView.Pagination(next(found, page)));
    }

    private static @Nullable UUID idOf(@Nullable Environment environment) {
        return environment == null ? null : environment.id();
    }

    private static @Nullable Long before(@Nullable String cursor) {
        try {
            return cursor == null || cursor.isEmpty() ? null : Long.valueOf(cursor);
        } catch (NumberFormatException _) {
            throw Problem.badParameter("cursor", cursor, "the cursor of an earlier page");
        }
    }

    /** There is a next page only if there is something on it. */
    private static @Nullable String next(List<AuditEntry> found, List<AuditEntry> page) {
        return found.size() == page.size()
                ? null
                : String.valueOf(page.getLast().id());
    }

    private static AuditView view(AuditEntry entry) {
        var change = entry.change();
        var where = change.where();
        var token = change.who().tokenId();
        return new AuditView(
                String.valueOf(entry.id()),
                entry.at(),
                token == null ? null : token.toString(),
                change.who().tokenName(),
                change.operation(),
                change.target(),
                where == null ? null : where.project(),
                where == null ? null : where.environment(),
                change.address(),
                entry.outcome(),
                change.ray());
    }
}
