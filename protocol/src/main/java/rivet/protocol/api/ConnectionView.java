package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection as the API shows it: never its token. @param revokedAt absent while it is good */
public record ConnectionView(
        String id,
        String actorId,
        String port,
        @Nullable String subject,
        Map<String, String> claims,
        List<String> methods,
        @Nullable String pathPrefix,
        boolean singleUse,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant revokedAt) {

    public record Many(List<ConnectionView> connections) {}

    /** Body of {@code POST /actors/{id}/connections}. @param ttlMs how long the token is good */
    public record Create(
            @Nullable String port,
            @Nullable Long ttlMs,
            @Nullable String subject,
            @Nullable Map<String, String> claims,
            @Nullable List<String> methods,
            @Nullable String pathPrefix,
            @Nullable Boolean singleUse) {}

    /** The one time that the token is shown. @param url with the token in it @param wsUrl likewise, for a WebSocket */
    public record Created(String url, String wsUrl, String token, Instant expiresAt, String connectionId) {

        /** What is logged must not hold the token. */
        @Override
        public String toString() {
            return "Created[connectionId=%s, token=***]".formatted(connectionId);
        }
    }

    /** @param revoked how many connections that were good before */
    public record Revoked(long revoked) {}
}
