package rivet.controlplane.checkpoint;

import java.util.Locale;
import java.util.UUID;
import rivet.protocol.ActorId;

/**
 * What of a directory an agent brings.
 *
 * @param id the agent's name for it: the same one again is a retry
 * @param generation of the actor that had it
 * @param sizeBytes as it is stored
 * @param contentBytes of the files in it
 * @param sha256 of the bytes as stored, in lower-case hex
 */
record Checkpoint(
        UUID id, ActorId actor, long generation, Cause cause, long sizeBytes, long contentBytes, String sha256) {

    enum Cause {
        /** The actor asked for it, and goes on: with its store. */
        ASKED,
        /** Its process is gone: nothing was written after it. */
        STOPPED,
        /** A person asked for it. */
        OPERATOR,
        /** What a restore replaced. */
        BEFORE_RESTORE,
        /** With what the directory begins after a restore. */
        RESTORED;

        /** Whether the store belongs in it. */
        boolean keepsStore() {
            return this == ASKED;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
