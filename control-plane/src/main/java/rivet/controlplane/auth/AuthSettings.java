package rivet.controlplane.auth;

import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param access {@code development}: no token, from this machine only; {@code private}: bearer tokens
 * @param bootstrapToken the first token of private access; empty: none
 * @param requestsPerMinute of each token, counted by each replica; 0: no limit
 * @param tokenRetention how long revoked and expired tokens are told apart from unknown ones
 */
@ConfigurationProperties("rivet.auth")
record AuthSettings(String access, String bootstrapToken, int requestsPerMinute, Duration tokenRetention) {

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
        if (requestsPerMinute < 0 || tokenRetention.isNegative()) {
            throw new IllegalArgumentException(
                    "rivet.auth.requests-per-minute: %d, token-retention: %s (expected: neither negative)"
                            .formatted(requestsPerMinute, tokenRetention));
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
