package rivet.controlplane.connection;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/** A connection that was made. @param revokedAt null while it is good */
record ConnectionRow(
        UUID id,
        ActorId actor,
        ConnectionDraft draft,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant revokedAt) {}
