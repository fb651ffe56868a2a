package rivet.client;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an actor as it was. What is not in it, of the store or of the directory, a restore leaves as it is.
 *
 * @param number counts those of one actor, from 1
 * @param cause {@code asked} by the actor, {@code operator}, {@code stopped} (made by itself when a process had ended), {@code
 *     before_restore} (what a restore replaced) or {@code restored} (the directory that the next start after a restore begins with)
 * @param takenAt when it was complete, by the server's clock
 * @param generation the start that had it
 * @param kv the store; {@code null}: nothing of it is in it
 * @param dir the directory; {@code null}: nothing of it is in it
 * @param restores of {@code before_restore} and {@code restored}: the number of the checkpoint that was brought back; else {@code
 *     null}
 */
public record Checkpoint(
        long number,
        String cause,
        Instant takenAt,
        long generation,
        @Nullable Kv kv,
        @Nullable Dir dir,
        @Nullable Long restores) {

    /** Checks that the server sent what a checkpoint always has. */
    public Checkpoint {
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(takenAt, "takenAt");
    }

    /**
     * A store that is in a checkpoint.
     *
     * @param entries how many it holds
     * @param bytes keys and values together
     */
    public record Kv(long entries, long bytes) {}

    /**
     * A directory that is in a checkpoint.
     *
     * @param bytes of the files in it
     * @param storedBytes as they are kept, packed
     */
    public record Dir(long bytes, long storedBytes) {}
}
