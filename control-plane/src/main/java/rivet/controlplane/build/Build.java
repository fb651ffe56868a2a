package rivet.controlplane.build;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;

/**
 * An artifact and its tags.
 *
 * @param partBytes the length of each upload part but the last
 * @param declaredSha256 what the uploader promised
 * @param startTimeoutMs what a start of it may take, where neither the actor nor the upgrade says; absent: as usual
 * @param sha256 of the bytes stored; present once the build is ready
 */
public record Build(
        BuildId id,
        UUID environmentId,
        String name,
        BuildKind kind,
        String compression,
        long sizeBytes,
        long partBytes,
        @Nullable String declaredSha256,
        @Nullable Long startTimeoutMs,
        @Nullable String sha256,
        State state,
        Map<String, String> tags,
        Instant createdAt) {

    public enum State {
        /** Its bytes are on the way; nothing can be started from it. */
        UPLOADING,
        READY,
        /** Its bytes were not what was promised; it is never usable. */
        REFUSED
    }

    public boolean ready() {
        return state == State.READY;
    }

    int parts() {
        return Math.toIntExact((sizeBytes + partBytes - 1) / partBytes);
    }

    long offset(int part) {
        return part * partBytes;
    }

    long length(int part) {
        return Math.min(partBytes, sizeBytes - offset(part));
    }
}
