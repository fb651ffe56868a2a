package rivet.agent.proxy.guard;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ConnectionToken;
import rivet.protocol.Wire;
import rivet.protocol.link.ConnectionKey;
import tools.jackson.core.JacksonException;

/**
 * Tells which tokens the control plane signed. Remembers some of the good ones: to verify a signature costs more than all
 * else that a request costs here. Thread-safe.
 */
final class Tokens {

    private static final int LONGEST = 8192;
    private static final int MOST_REMEMBERED = 10_000;

    private volatile Map<String, PublicKey> keys = Map.of();
    private final Map<String, ConnectionToken> remembered = new ConcurrentHashMap<>();

    void keys(List<ConnectionKey> given) {
        keys = given.stream().collect(Collectors.toUnmodifiableMap(ConnectionKey::id, Tokens::key));
        remembered.clear();
    }

    /** Null unless one of the keys signed it. Its time is not looked at. */
    @Nullable
    ConnectionToken read(String text) {
        ConnectionToken known = remembered.get(text);
        if (known != null || text.length() > LONGEST) {
            return known;
        }
        ConnectionToken read = verified(text);
        if (read != null) {
            remember(text, read);
        }
        return read;
    }

    private void remember(String text, ConnectionToken token) {
        if (remembered.size() >= MOST_REMEMBERED) {
            remembered.clear();
        }
        remembered.put(text, token);
    }

    private @Nullable ConnectionToken verified(String text) {
        String[] parts = text.split("\\.", -1);
        PublicKey key = parts.length == 3 ? keys.get(parts[0]) : null;
        if (key == null) {
            return null;
        }
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.ISO_8859_1));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                    ? Wire.JSON.readValue(Base64.getUrlDecoder().decode(parts[1]), ConnectionToken.class)
                    : null;
        } catch (GeneralSecurityException | IllegalArgumentException | JacksonException _) {
            return null; // not one of ours, whatever it is
        }
    }

    private static PublicKey key(ConnectionKey key) {
        try {
            var encoded = new X509EncodedKeySpec(Base64.getDecoder().decode(key.publicKey()));
            return KeyFactory.getInstance("Ed25519").generatePublic(encoded);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("connection key %s: not an Ed25519 key".formatted(key.id()), e);
        }
    }
}
