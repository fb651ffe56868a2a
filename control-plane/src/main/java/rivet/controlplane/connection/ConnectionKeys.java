package rivet.controlplane.connection;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.ConnectionToken;
import rivet.protocol.Wire;
import rivet.protocol.link.ConnectionKey;

/** The keys that sign, with their rows; {@link Connections} holds the lock when one is added. */
@Component
final class ConnectionKeys {

    private static final Duration ROTATE_AFTER = Duration.ofDays(30);
    /** Until then a new key does not sign: by then each connected agent has been told of it. */
    private static final Duration KNOWN_AFTER = Duration.ofMinutes(1);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final JdbcClient jdbc;

    ConnectionKeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Signing(String id, PrivateKey key) {}

    boolean wantsNew() {
        return jdbc.sql("""
                select not exists (select from connection_key
                    where created_at > clock_timestamp() - make_interval(secs => :age))
                """)
                .param("age", ROTATE_AFTER.toSeconds())
                .query(Boolean.class)
                .single();
    }

    void add() {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            jdbc.sql("insert into connection_key (id, public_key, private_key) values (:id, :public, :private)")
                    .param("id", name())
                    .param("public", pair.getPublic().getEncoded())
                    .param("private", pair.getPrivate().getEncoded())
                    .update();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    private static String name() {
        var bytes = new byte[6];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    List<ConnectionKey> all() {
        return jdbc.sql("select id, public_key from connection_key order by created_at, id")
                .query((row, _) -> new ConnectionKey(
                        row.getString("id"), Base64.getEncoder().encodeToString(row.getBytes("public_key"))))
                .list();
    }

    Optional<Signing> signing() {
        return jdbc.sql("""
                select id, private_key from connection_key
                order by created_at <= clock_timestamp() - make_interval(secs => :age) desc, created_at desc limit 1
                """)
                .param("age", KNOWN_AFTER.toSeconds())
                .query((row, _) -> new Signing(row.getString("id"), privateKey(row.getBytes("private_key"))))
                .optional();
    }

    /** A key goes when the last token that it can have signed has expired. */
    int prune() {
        return jdbc.sql("delete from connection_key where created_at < clock_timestamp() - make_interval(secs => :age)")
                .param(
                        "age",
                        ROTATE_AFTER
                                .plus(ConnectionChecks.LONGEST)
                                .plus(Duration.ofDays(1))
                                .toSeconds())
                .update();
    }

    static String sign(Signing signing, ConnectionToken token) {
        var text = signing.id() + "." + URL.encodeToString(Wire.JSON.writeValueAsBytes(token));
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(signing.key());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("connection key %s cannot sign".formatted(signing.id()), e);
        }
    }

    private static PrivateKey privateKey(byte[] encoded) {
        try {
            return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a stored connection key cannot be read", e);
        }
    }
}
