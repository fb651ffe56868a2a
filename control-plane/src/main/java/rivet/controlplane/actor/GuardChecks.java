package rivet.controlplane.actor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;
import rivet.protocol.PortGuard;

/** Reads who may reach a port from its {@code routing.guard}, and shows it again without its secrets. */
final class GuardChecks {

    private static final int LONGEST_SECRET = 1024;
    private static final int LONGEST_KEY = 128;
    private static final String KINDS = "one of none, bearer, query, connection and oidc";
    private static final String HIDDEN = "***";

    private GuardChecks() {}

    /** @return null where everyone may reach the port */
    static @Nullable PortGuard read(String field, Map<String, Object> guard) {
        only(
                field,
                guard,
                Set.of("authorization", "limits", "websocket"),
                "authorization, limits and websocket, each or none");
        if (!guard.containsKey("authorization")) {
            return null;
        }
        var at = field + ".authorization";
        var authorization = object(at, guard.get("authorization"), "an object with " + KINDS);
        if (authorization.size() != 1) {
            throw Problem.badField(at, "with %d fields".formatted(authorization.size()), "exactly " + KINDS);
        }
        var given = authorization.entrySet().iterator().next();
        var kind = String.valueOf(given.getKey());
        var inside = at + "." + kind;
        return switch (kind) {
            case "none" -> {
                only(inside, object(inside, given.getValue(), "{}"), Set.of(), "{}");
                yield null;
            }
            case "bearer" -> new PortGuard.Bearer(sha256(text(inside, given.getValue(), LONGEST_SECRET)));
            case "query" -> query(inside, object(inside, given.getValue(), "an object with key and value"));
            case "connection" -> {
                only(inside, object(inside, given.getValue(), "{}"), Set.of(), "{}");
                yield new PortGuard.Connection();
            }
            case "oidc" -> oidc(inside, object(inside, given.getValue(), "an object with issuer and audience"));
            default -> throw Problem.badField(at, kind, KINDS);
        };
    }

    static Map<String, Object> shown(@Nullable PortGuard guard) {
        return switch (guard) {
            case null -> Map.of();
            case PortGuard.Bearer _ -> Map.of("authorization", Map.of("bearer", HIDDEN));
            case PortGuard.Query(var key, var _) ->
                Map.of("authorization", Map.of("query", Map.of("key", key, "value", HIDDEN)));
            case PortGuard.Connection() -> Map.of("authorization", Map.of("connection", Map.of()));
            case PortGuard.Oidc(var issuer, var audience) ->
                Map.of("authorization", Map.of("oidc", Map.of("issuer", issuer, "audience", audience)));
        };
    }

    private static PortGuard query(String field, Map<?, ?> query) {
        only(field, query, Set.of("key", "value"), "key and value");
        return new PortGuard.Query(
                text(field + ".key", query.get("key"), LONGEST_KEY),
                sha256(text(field + ".value", query.get("value"), LONGEST_SECRET)));
    }

    private static PortGuard oidc(String field, Map<?, ?> oidc) {
        only(field, oidc, Set.of("issuer", "audience"), "issuer and audience");
        return new PortGuard.Oidc(
                text(field + ".issuer", oidc.get("issuer"), LONGEST_SECRET),
                text(field + ".audience", oidc.get("audience"), LONGEST_KEY));
    }

    static Map<?, ?> object(String field, @Nullable Object given, String expected) {
        if (given instanceof Map<?, ?> object) {
            return object;
        }
        throw Problem.badField(field, given == null ? null : "something else", expected);
    }

    static void only(String field, Map<?, ?> object, Set<String> allowed, String expected) {
        for (var key : object.keySet()) {
            if (!allowed.contains(key)) {
                throw Problem.badField(field + "." + key, "not known", expected);
            }
        }
    }

    /** What came is not repeated: it may be a secret. */
    private static String text(String field, @Nullable Object given, int longest) {
        var expected = "text of 1 to %d bytes".formatted(longest);
        if (!(given instanceof String text)) {
            throw Problem.badField(field, given == null ? null : "not text", expected);
        }
        if (text.isBlank() || Texts.bytes(text) > longest || !Texts.storable(text)) {
            throw Problem.badField(field, "%d bytes".formatted(Texts.bytes(text)), expected);
        }
        return text;
    }

    private static String sha256(String secret) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
