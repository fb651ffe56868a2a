package rivet.controlplane.auth;

import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param access {@code development}: no token, from this machine only; {@code private}: bearer tokens
 * @param bootstrapToken the first token of private access; empty: none
 */
@ConfigurationProperties("rivet.auth")
record AuthSettings(String access, String bootstrapToken) {

    /** Short enough to type nowhere, long enough that what the public prefix leaves cannot be guessed. */
    static final int SHORTEST_TOKEN = 40;

    AuthSettings {
        access = access.toLowerCase(Locale.ROOT);
        if (!access.equals("development") && !access.equals("private")) {
            throw new IllegalArgumentException(
                    "rivet.auth.access: '%s' (expected: development or private)".formatted(access));
        }
        if (!bootstrapToken.isEmpty() && bootstrapToken.length() < SHORTEST_TOKEN) {
            throw new IllegalArgumentException("rivet.auth.bootstrap-token: %d characters (expected: at least %d)"
                    .formatted(bootstrapToken.length(), SHORTEST_TOKEN));
        }
    }

    boolean development() {
        return access.equals("development");
    }

    /** Settings hold a token; a log line must not. */
    @Override
    public String toString() {
        return "AuthSettings[access=%s, bootstrapToken=***]".formatted(access);
    }
}
