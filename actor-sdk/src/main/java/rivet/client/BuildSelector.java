package rivet.client;

import java.util.Map;

/** Which build an actor shall run. */
public sealed interface BuildSelector {

    /**
     * Exactly this build.
     *
     * @param id a UUID as text
     */
    record ById(String id) implements BuildSelector {}

    /**
     * The newest build with at least these tags, chosen by the server when it hears the call.
     *
     * @param tags at most 8; unmodifiable
     */
    record ByTags(Map<String, String> tags) implements BuildSelector {
        /** Copies the tags. */
        public ByTags {
            tags = Map.copyOf(tags);
        }
    }

    /**
     * Exactly this build.
     *
     * @param id a UUID as text
     * @return a selector
     */
    static BuildSelector id(String id) {
        return new ById(id);
    }

    /**
     * The newest build with at least these tags, such as {@code name: counter, current: true}.
     *
     * @param tags at most 8
     * @return a selector
     */
    static BuildSelector tags(Map<String, String> tags) {
        return new ByTags(tags);
    }
}
