package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an actor as it was, as the API shows it. What is absent, of the store or of the directory, a restore leaves as it is.
 *
 * @param number counts those of one actor, from 1
 * @param cause {@code asked} by the actor, {@code operator}, {@code stopped}, {@code before_restore}, or {@code restored}
 * @param takenAt when it was complete
 * @param generation of the start that had it
 * @param kv its store; absent: nothing of it is in it
 * @param dir its directory; absent: nothing of it is in it
 * @param restores of {@code before_restore} and {@code restored}: the number of the checkpoint that was brought back
 */
public record CheckpointView(
        long number,
        String cause,
        Instant takenAt,
        long generation,
        @Nullable Kv kv,
        @Nullable Dir dir,
        @Nullable Long restores) {

    /** @param bytes keys and values together */
    public record Kv(long entries, long bytes) {}

    /** @param bytes of the files in it @param storedBytes as they are kept, packed */
    public record Dir(long bytes, long storedBytes) {}

    /** @param checkpoints the newest first */
    public record Many(List<CheckpointView> checkpoints) {}

    public record One(CheckpointView checkpoint) {}

    /**
     * @param checkpoint what was brought back
     * @param undo the number of the checkpoint of what was there before
     * @param lost what of that is in no checkpoint; absent: nothing
     */
    public record Restored(
            CheckpointView checkpoint, long undo, @Nullable String lost) {}
}
