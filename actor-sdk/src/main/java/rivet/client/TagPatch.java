package rivet.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the tags of a build; what is not named stays. Each method returns a new patch.
 *
 * <pre>{@code TagPatch.none().exclusively("current", "true").remove("canary")}</pre>
 */
public final class TagPatch {

    private final Map<String, @Nullable String> tags;
    private final List<String> exclusive;

    private TagPatch(Map<String, @Nullable String> tags, List<String> exclusive) {
        this.tags = tags;
        this.exclusive = exclusive;
    }

    /**
     * No change.
     *
     * @return the patch to begin with
     */
    public static TagPatch none() {
        return new TagPatch(Map.of(), List.of());
    }

    /**
     * Sets a tag.
     *
     * @param key the tag's key
     * @param value the tag's value, not empty
     * @return a new patch
     */
    public TagPatch set(String key, String value) {
        return with(key, value, exclusive);
    }

    /**
     * Sets a tag and takes its key from all other builds, in one step: at every moment one build has it.
     *
     * @param key the tag's key
     * @param value the tag's value, not empty
     * @return a new patch
     */
    public TagPatch exclusively(String key, String value) {
        var keys = new ArrayList<>(exclusive);
        keys.add(key);
        return with(key, value, keys);
    }

    /**
     * Removes a tag; nothing happens if the build does not have it.
     *
     * @param key the tag's key
     * @return a new patch
     */
    public TagPatch remove(String key) {
        return with(key, null, exclusive);
    }

    private TagPatch with(String key, @Nullable String value, List<String> keys) {
        var changed = new LinkedHashMap<String, @Nullable String>(tags);
        changed.put(key, value);
        return new TagPatch(changed, List.copyOf(keys));
    }

    Body body() {
        return new Body(new TreeMap<String, @Nullable String>(tags), exclusive.isEmpty() ? null : exclusive);
    }

    /** As it goes over the wire. @param tags a null value removes the key */
    record Body(
            Map<String, @Nullable String> tags, @Nullable List<String> exclusiveTags) {}
}
