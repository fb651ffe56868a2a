package rivet.client;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which actors to list.
 *
 * @param tags those that an actor must have, at least; unmodifiable
 * @param includeDestroyed whether those that have ended are listed too
 * @param cursor where to begin: {@link Page#next} of the page before; {@code null} to begin with the newest
 */
public record ActorFilter(
        Map<String, String> tags,
        boolean includeDestroyed,
        @Nullable String cursor) {

    /** Copies the tags. */
    public ActorFilter {
        tags = Map.copyOf(tags);
    }

    /**
     * All live actors.
     *
     * @return a filter
     */
    public static ActorFilter all() {
        return new ActorFilter(Map.of(), false, null);
    }

    /**
     * All live actors with at least these tags.
     *
     * @param tags the tags
     * @return a filter
     */
    public static ActorFilter withTags(Map<String, String> tags) {
        return new ActorFilter(tags, false, null);
    }

    /**
     * The same with one tag more.
     *
     * @param key the tag's key
     * @param value the tag's value
     * @return a new filter
     */
    public ActorFilter tag(String key, String value) {
        var more = new HashMap<>(tags);
        more.put(key, value);
        return new ActorFilter(more, includeDestroyed, cursor);
    }

    /**
     * The same, and those that have ended too.
     *
     * @return a new filter
     */
    public ActorFilter includingDestroyed() {
        return new ActorFilter(tags, true, cursor);
    }

    /**
     * The same, beginning elsewhere.
     *
     * @param next {@link Page#next} of the page before; {@code null} to begin with the newest
     * @return a new filter
     */
    public ActorFilter from(@Nullable String next) {
        return new ActorFilter(tags, includeDestroyed, next);
    }
}
