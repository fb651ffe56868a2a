package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API token as the API shows it; never with its secret.
 *
 * @param prefix the secret's first, public characters, to tell which one it is
 * @param scopes of {@code admin}, {@code deploy}, {@code actors}, {@code read}
 * @param everywhere good for the whole installation; else for the one environment that is named
 * @param lastUsedAt to the minute
 */
public record TokenView(
        String id,
        String name,
        String prefix,
        List<String> scopes,
        boolean everywhere,
        @Nullable String project,
        @Nullable String environment,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {

    public record Many(List<TokenView> tokens) {}

    /**
     * Body of {@code POST /tokens}.
     *
     * @param expiresAt absent: when the caller's own token expires, if it does
     * @param everywhere for the whole installation; absent: for one environment
     */
    public record CreateRequest(
            @Nullable String name,
            @Nullable List<@Nullable String> scopes,
            @Nullable Instant expiresAt,
            @Nullable Boolean everywhere) {}

    /** @param secret what to send as {@code Authorization: Bearer}; it is shown here and never again */
    public record Created(TokenView token, String secret) {

        /** What is logged must not hold the secret. */
        @Override
        public String toString() {
            return "Created[token=%s, secret=***]".formatted(token);
        }
    }
}
