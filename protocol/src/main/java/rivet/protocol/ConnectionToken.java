package rivet.protocol;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the token of a connection says. As text it is {@code {key}.{this as JSON}.{signature}}, the last two in base64url
 * without padding; the Ed25519 signature is of all that stands before the last dot.
 *
 * @param port the name that the actor's creator gave it
 * @param subject for whom it was made; absent where the maker did not say
 * @param claims what the maker says of the subject
 * @param methods in capitals; empty: all
 * @param pathPrefix of what the actor sees; absent: any path
 * @param singleUse whether it opens the port once
 * @param expiresAtMs of the epoch
 */
public record ConnectionToken(
        UUID connection,
        ActorId actor,
        String port,
        @Nullable String subject,
        Map<String, String> claims,
        Set<String> methods,
        @Nullable String pathPrefix,
        boolean singleUse,
        long expiresAtMs) {

    public ConnectionToken {
        claims = Map.copyOf(claims);
        methods = Set.copyOf(methods);
    }
}
