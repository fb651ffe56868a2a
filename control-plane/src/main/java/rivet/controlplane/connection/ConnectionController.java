package rivet.controlplane.connection;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.connection.ConnectionRepository.Which;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.api.ConnectionView;

/** Connections over REST. */
@RestController
class ConnectionController {

    private final Connections connections;

    ConnectionController(Connections connections) {
        this.connections = connections;
    }

    /** Opens an actor's port to somebody for a while. The token is shown this one time. */
    @Needs(Scope.ACTORS)
    @PostMapping("/actors/{id}/connections")
    ConnectionView.Created createConnection(
            Caller caller, @PathVariable("id") String id, @RequestBody ConnectionView.Create body) {
        var draft = ConnectionChecks.draft(body);
        var made = connections.make(caller.environment(), actor(id), draft);
        var path = draft.pathPrefix() == null ? "/" : draft.pathPrefix();
        var url = made.url() + path + "?rivet_token=" + made.token();
        return new ConnectionView.Created(
                url,
                "ws" + url.substring("http".length()),
                made.token(),
                made.expiresAt(),
                made.id().toString());
    }

    /** The connections of an actor, the newest 1000, without their tokens. */
    @Needs(Scope.READ)
    @GetMapping("/actors/{id}/connections")
    ConnectionView.Many listConnections(Caller caller, @PathVariable("id") String id) {
        return new ConnectionView.Many(connections.list(caller.environment(), actor(id)).stream()
                .map(ConnectionController::view)
                .toList());
    }

    /** Revokes a connection: its token opens nothing more, and what it had opened is closed. */
    @Needs(Scope.ACTORS)
    @DeleteMapping("/actors/{id}/connections/{connection}")
    Map<String, Object> revokeConnection(
            Caller caller, @PathVariable("id") String id, @PathVariable("connection") String connection) {
        connections.revoke(caller.environment(), actor(id), uuid("connection_id", connection));
        return Map.of();
    }

    /** Revokes all connections of an actor, or those of a subject. */
    @Needs(Scope.ACTORS)
    @DeleteMapping("/actors/{id}/connections")
    ConnectionView.Revoked revokeConnections(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "subject", required = false) @Nullable String subject) {
        return new ConnectionView.Revoked(
                connections.revoke(caller.environment(), new Which(null, actor(id), subject)));
    }

    /** Revokes all connections of a subject in the environment. */
    @Needs(Scope.ACTORS)
    @DeleteMapping("/connections")
    ConnectionView.Revoked revokeOfSubject(
            Caller caller, @RequestParam(name = "subject", required = false) @Nullable String subject) {
        if (subject == null || subject.isEmpty()) {
            throw Problem.badParameter("subject", subject, "the subject whose connections are to end");
        }
        return new ConnectionView.Revoked(connections.revoke(caller.environment(), new Which(null, null, subject)));
    }

    private static ConnectionView view(ConnectionRow row) {
        var draft = row.draft();
        return new ConnectionView(
                row.id().toString(),
                row.actor().toString(),
                draft.port(),
                draft.subject(),
                draft.claims(),
                List.copyOf(draft.methods()),
                draft.pathPrefix(),
                draft.singleUse(),
                row.createdAt(),
                row.expiresAt(),
                row.revokedAt());
    }

    private static ActorId actor(String id) {
        return new ActorId(uuid("actor_id", id));
    }

    private static UUID uuid(String field, String text) {
        try {
            return ActorId.parse(text).value();
        } catch (IllegalArgumentException _) {
            throw Problem.badParameter(field, text, "a UUID");
        }
    }
}
