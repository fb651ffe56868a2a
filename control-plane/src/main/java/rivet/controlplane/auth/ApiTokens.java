package rivet.controlplane.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tokens of people and programs. A row is found by the token's public first characters; only a hash is kept. */
@Component
final class ApiTokens {

    private static final int PREFIX = 8;

    private final JdbcClient jdbc;

    ApiTokens(JdbcClient jdbc, AuthSettings settings) {
        this.jdbc = jdbc;
        if (!settings.development() && !settings.bootstrapToken().isEmpty()) {
            storeBootstrap(settings.bootstrapToken());
        }
    }

    /** @return the token's name */
    Optional<String> verify(String token) {
        if (token.length() < AuthSettings.SHORTEST_TOKEN) {
            return Optional.empty();
        }
        return jdbc.sql("select name, hash from api_token where prefix = :prefix")
                .param("prefix", prefix(token))
                .query((row, _) -> new Kept(row.getString("name"), new Digest(row.getBytes("hash"))))
                .optional()
                .filter(kept -> kept.hash().matches(token))
                .map(Kept::name);
    }

    private void storeBootstrap(String token) {
        jdbc.sql("""
                insert into api_token (name, prefix, hash) values ('bootstrap', :prefix, :hash)
                on conflict (name) do update set prefix = excluded.prefix, hash = excluded.hash
                where api_token.hash <> excluded.hash
                """)
                .param("prefix", prefix(token))
                .param("hash", sha256(token))
                .update();
    }

    private static String prefix(String token) {
        return token.substring(0, PREFIX);
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private record Kept(String name, Digest hash) {}

    private static final class Digest {
        private final byte[] bytes;

        Digest(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean matches(String token) {
            return MessageDigest.isEqual(bytes, sha256(token));
        }
    }
}
