package rivet.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a restore has done.
 *
 * @param checkpoint what was brought back
 * @param undo the number of the checkpoint of what was there before: restoring that one undoes this
 * @param lost what of that is in no checkpoint, for people; {@code null}: nothing
 */
public record RestoredCheckpoint(
        Checkpoint checkpoint, long undo, @Nullable String lost) {

    /** Checks that the server said what it brought back. */
    public RestoredCheckpoint {
        Objects.requireNonNull(checkpoint, "checkpoint");
    }
}
