package rivet.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An upgrade of many actors, some at a time.
 *
 * @param id a UUID as text
 * @param build that they get
 * @param tags that they had when it was asked for; unmodifiable
 * @param state {@code running}, {@code done}, {@code stopped} (an actor was rolled back), {@code superseded} (by a later one of some
 *     of its actors) or {@code cancelled}
 * @param reason why it was stopped, or what superseded it, for people; {@code null} if neither
 * @param total how many are to be upgraded
 * @param begun how many were told so
 * @param ready how many of them run the new build, or sleep and will
 * @param rolledBack how many have the build before again
 * @param gone how many have ended meanwhile, or were given another build by somebody else
 * @param createdAt when it was asked for
 * @param endedAt {@code null} while it is running
 */
public record Rollout(
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
        @Nullable Instant createdAt,
        @Nullable Instant endedAt) {

    /** Checks nothing of what the server sent; tags that it did not send are none. */
    public Rollout {
        tags = Answers.orEmpty(tags);
    }

    /**
     * Whether nothing more is begun.
     *
     * @return whether it is in any state but {@code running}
     */
    public boolean isEnded() {
        return !state.equals("running");
    }
}
