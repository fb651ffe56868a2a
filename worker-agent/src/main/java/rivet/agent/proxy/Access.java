package rivet.agent.proxy;

import io.netty.channel.Channel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.guard.Decision;
import rivet.agent.proxy.guard.Decision.Forbidden;
import rivet.agent.proxy.guard.Decision.Granted;
import rivet.agent.proxy.guard.Decision.Unauthorized;
import rivet.agent.proxy.guard.Guard;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.Shown;
import rivet.protocol.PortGuard;
import rivet.protocol.link.ConnectionKey;
import rivet.protocol.link.IssuerKeys;

/** Who was let through to guarded ports: their sockets are closed when what they showed is revoked. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed close shows as an inactive channel
final class Access {

    private final Guard guard = new Guard(InstantSource.system());
    private final Map<UUID, Set<Channel>> live = new ConcurrentHashMap<>();

    /** What becomes of a request for a guarded port. */
    sealed interface Answer {
        record LetIn(Pass pass) implements Answer {}

        record Refused(Problem problem) implements Answer {}
    }

    /** What a request was let in with. @param connection null where no connection's token was shown */
    record Pass(Target target, Shown shown, @Nullable UUID connection, Channel channel) {}

    /**
     * A request before a guarded port.
     *
     * @param targetFrom where the part of the target begins that the actor sees
     * @param resumed whether it was let in before, and its connection has lasted since
     */
    record Visit(RequestHead head, int targetFrom, boolean resumed) {}

    void set(List<ConnectionKey> keys, List<UUID> revoked, List<IssuerKeys> issuers) {
        guard.set(keys, revoked, issuers);
        for (UUID connection : revoked) {
            live.getOrDefault(connection, Set.of()).forEach(Goodbye.CONNECTION_REVOKED::say);
        }
    }

    /** Null where the request may go on as things are. */
    @Nullable
    Problem look(Target target, PortGuard rule, Visit visit) {
        Guard.Port port = port(target, rule);
        return problem(
                visit.resumed()
                        ? guard.goOn(port, visit.head(), visit.targetFrom())
                        : guard.look(port, visit.head(), visit.targetFrom()));
    }

    /** Whoever is let in is to {@link #leave} again. */
    Answer enter(Target target, PortGuard rule, Visit visit, Channel channel) {
        Guard.Port port = port(target, rule);
        Decision decision = visit.resumed()
                ? guard.goOn(port, visit.head(), visit.targetFrom())
                : guard.admit(port, visit.head(), visit.targetFrom());
        return switch (decision) {
            case Granted(var shown, var connection) -> {
                Pass pass = new Pass(target, shown, connection, channel);
                yield isCut(pass) ? new Answer.Refused(Problem.unauthorized("The connection was revoked.")) : let(pass);
            }
            case Unauthorized(var message) -> new Answer.Refused(Problem.unauthorized(message));
            case Forbidden(var message) -> new Answer.Refused(Problem.forbidden(message));
        };
    }

    private static Answer let(Pass pass) {
        return new Answer.LetIn(pass);
    }

    /**
     * Notes who is to be cut when it is revoked. Noted first and looked at then: a revocation meanwhile finds either the note or
     * itself.
     *
     * @return whether it was revoked already
     */
    boolean isCut(Pass pass) {
        UUID connection = pass.connection();
        if (connection == null) {
            return false;
        }
        live.compute(connection, (_, channels) -> {
            Set<Channel> all = channels == null ? ConcurrentHashMap.newKeySet() : channels;
            all.add(pass.channel());
            return all;
        });
        boolean revoked = guard.isRevoked(connection);
        if (revoked) {
            leave(pass);
        }
        return revoked;
    }

    void leave(Pass pass) {
        UUID connection = pass.connection();
        if (connection != null) {
            live.computeIfPresent(connection, (_, channels) -> {
                channels.remove(pass.channel());
                return channels.isEmpty() ? null : channels;
            });
        }
    }

    private static Guard.Port port(Target target, PortGuard rule) {
        return new Guard.Port(target.actor(), target.name(), rule);
    }

    private static @Nullable Problem problem(Decision decision) {
        return switch (decision) {
            case Granted _ -> null;
            case Unauthorized(var message) -> Problem.unauthorized(message);
            case Forbidden(var message) -> Problem.forbidden(message);
        };
    }
}
