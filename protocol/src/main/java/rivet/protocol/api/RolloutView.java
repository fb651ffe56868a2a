package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An upgrade of many actors, some at a time, as the API shows it.
 *
 * @param tags that the actors had when it was asked for
 * @param state {@code running}, {@code done}, {@code stopped} (an actor was rolled back), {@code superseded} (by a later one of some
 *     of its actors) or {@code cancelled}
 * @param reason why it was stopped, or what superseded it, for people
 * @param total how many are to be upgraded
 * @param begun how many were told so
 * @param ready how many of them run the new build, or sleep and will
 * @param rolledBack how many have the build before again
 * @param gone how many have ended meanwhile, or were given another build by somebody else
 * @param pauseMs from the time when all of a batch are ready to the next batch
 */
public record RolloutView(
        String id,
        String build,
        Map<String, String> tags,
        String state,
        @Nullable String reason,
        int total,
        int begun,
        int ready,
        int rolledBack,
        int gone,
        int batchSize,
        long pauseMs,
        Instant createdAt,
        @Nullable Instant endedAt) {

    public record One(RolloutView rollout) {}

    /** @param rollouts newest first, at most 100 */
    public record Many(List<RolloutView> rollouts) {}
}
