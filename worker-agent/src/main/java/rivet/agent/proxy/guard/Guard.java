package rivet.agent.proxy.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.guard.Decision.Forbidden;
import rivet.agent.proxy.guard.Decision.Granted;
import rivet.agent.proxy.guard.Decision.Unauthorized;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.Shown;
import rivet.protocol.ActorId;
import rivet.protocol.ConnectionToken;
import rivet.protocol.PortGuard;
import rivet.protocol.link.ConnectionKey;
import rivet.protocol.link.IssuerKeys;

/** The door: decides whether requests may reach guarded ports. Thread-safe, and waits for nothing. */
public final class Guard {

    /** Where a client may show the token of a connection. */
    public static final String TOKEN_FIELD = Credential.TOKEN_FIELD;

    private static final int MOST_USED = 100_000;

    private final InstantSource clock;
    private final Tokens tokens = new Tokens();
    private final IdTokens idTokens;
    private volatile Set<UUID> revoked = Set.of();
    /** Connections that open once and have, with the end of their time. */
    private final Map<UUID, Long> used = new ConcurrentHashMap<>();

    public Guard(InstantSource clock) {
        this.clock = clock;
        this.idTokens = new IdTokens(clock);
    }

    /**
     * A port that somebody wants to reach.
     *
     * @param name as its actor's creator gave it
     */
    public record Port(ActorId actor, String name, PortGuard rule) {}

    /** From now on these are all keys and all revoked connections, and the keys of all issuers. */
    public void set(List<ConnectionKey> keys, List<UUID> revokedNow, List<IssuerKeys> issuers) {
        revoked = Set.copyOf(revokedNow);
        tokens.keys(keys);
        idTokens.keys(issuers);
    }

    public boolean isRevoked(UUID connection) {
        return revoked.contains(connection);
    }

    /** What a request is shown for. */
    private enum Purpose {
        LOOK,
        ENTER,
        /** Its connection has lasted since it was let in, and is led on to another process. */
        GO_ON
    }

    /** Decides, and leaves what opens once for later. @param targetFrom where the part of the target begins that the actor sees */
    public Decision look(Port port, RequestHead head, int targetFrom) {
        return decide(port, head, targetFrom, Purpose.LOOK);
    }

    /** Decides, and spends what opens once. */
    public Decision admit(Port port, RequestHead head, int targetFrom) {
        return decide(port, head, targetFrom, Purpose.ENTER);
    }

    /** Decides anew of one that was admitted: that the token of a connection expired or was spent then ends nothing. */
    public Decision goOn(Port port, RequestHead head, int targetFrom) {
        return decide(port, head, targetFrom, Purpose.GO_ON);
    }

    private Decision decide(Port port, RequestHead head, int targetFrom, Purpose purpose) {
        return switch (port.rule()) {
            case PortGuard.Bearer(var sha256) ->
                compared(Credential.ofBearer(head), sha256, "The port wants its token in Authorization: Bearer.");
            case PortGuard.Query(var key, var sha256) ->
                compared(
                        Credential.ofParameter(head, targetFrom, key),
                        sha256,
                        "The port wants its secret in the query parameter '%s'.".formatted(key));
            case PortGuard.Connection() -> {
                Credential credential = Credential.ofToken(head, targetFrom);
                yield credential == null
                        ? new Unauthorized("The port is reached with the token of a connection only.")
                        : connected(port, head, targetFrom, credential, purpose);
            }
            case PortGuard.Oidc(var issuer, var audience) -> {
                Credential credential = Credential.ofToken(head, targetFrom);
                yield credential == null
                        ? new Unauthorized("The port is reached with a token of %s only.".formatted(issuer))
                        : identified(idTokens.read(credential.secret(), issuer, audience), credential);
            }
        };
    }

    /** The hashes are compared, in a time that does not tell where they differ. */
    private static Decision compared(@Nullable Credential shown, String sha256, String wanted) {
        return shown != null
                        && MessageDigest.isEqual(
                                sha256(shown.secret()), HexFormat.of().parseHex(sha256))
                ? new Granted(shown.shown(), null)
                : new Unauthorized(wanted);
    }

    private Decision connected(Port port, RequestHead head, int targetFrom, Credential credential, Purpose purpose) {
        ConnectionToken token = tokens.read(credential.secret());
        if (token == null) {
            return new Unauthorized("The token is not one that this installation signed.");
        }
        if (purpose != Purpose.GO_ON && token.expiresAtMs() <= clock.millis()) {
            return new Unauthorized("The token has expired.");
        }
        if (isRevoked(token.connection())) {
            return new Unauthorized("The connection was revoked.");
        }
        Forbidden beyond = Reach.beyond(token, port, head, targetFrom);
        if (beyond != null) {
            return beyond;
        }
        return token.singleUse() && purpose != Purpose.GO_ON && !isFresh(token, purpose == Purpose.ENTER)
                ? new Unauthorized("The token opens the port once, and has.")
                : new Granted(told(credential.shown(), token), token.connection());
    }

    private static Decision identified(IdTokens.Read read, Credential credential) {
        return switch (read) {
            case IdTokens.Read.Good(var told) ->
                new Granted(
                        new Shown(
                                credential.shown().field(),
                                credential.shown().cutFrom(),
                                credential.shown().cutTo(),
                                credential.shown().told() + told),
                        null);
            case IdTokens.Read.Bad(var why) -> new Unauthorized(why);
        };
    }

    private boolean isFresh(ConnectionToken token, boolean spend) {
        if (!spend) {
            return !used.containsKey(token.connection());
        }
        if (used.size() >= MOST_USED) {
            long now = clock.millis();
            used.values().removeIf(end -> end <= now);
        }
        return used.size() < MOST_USED && used.putIfAbsent(token.connection(), token.expiresAtMs()) == null;
    }

    private static Shown told(Shown shown, ConnectionToken token) {
        StringBuilder told = new StringBuilder(shown.told());
        line(told, "connection", token.connection().toString());
        if (token.subject() != null) {
            line(told, "subject", token.subject());
        }
        token.claims().forEach((name, value) -> line(told, "claim-" + name, value));
        return new Shown(shown.field(), shown.cutFrom(), shown.cutTo(), told.toString());
    }

    private static void line(StringBuilder told, String name, String value) {
        told.append("x-rivet-").append(name).append(": ").append(value).append("\r\n");
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
