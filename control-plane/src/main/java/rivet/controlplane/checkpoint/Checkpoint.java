package rivet.controlplane.checkpoint;

import java.util.Locale;
import java.util.UUID;
import rivet.protocol.ActorId;

/**
 * What an agent brings.
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
        /** The actor asked for it, and goes on. */
        ASKED,
        /** Its process is gone: nothing was written after it. */
        STOPPED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
