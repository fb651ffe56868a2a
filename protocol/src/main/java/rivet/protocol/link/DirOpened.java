package rivet.protocol.link;

import org.jspecify.annotations.Nullable;

/**
 * With what in its directory a generation of an actor is to start.
 *
 * @param keep whether what the agent has of it is the newest there is
 * @param checkpoint what is to be brought where it is not; absent: nothing, and it starts with an empty directory
 */
public record DirOpened(boolean keep, @Nullable Checkpoint checkpoint) {

    /**
     * @param number counts those of one actor, from 1
     * @param sizeBytes as stored
     * @param sha256 of the bytes as stored, in lower-case hex
     */
    public record Checkpoint(long number, long sizeBytes, String sha256) {}
}
