package rivet.controlplane.auth;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.tenancy.Environment;

/**
 * A token as it is kept, without what must not be shown.
 *
 * @param environment the only one it is good for; null: the whole installation
 * @param lastUsedAt to the minute
 */
record Token(
        UUID id,
        String name,
        String prefix,
        Set<Scope> scopes,
        @Nullable Environment environment,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {}
