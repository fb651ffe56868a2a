package rivet.cli.project;

import java.util.Set;

/** The tags of a build that deploy sets by itself. */
public final class ReservedTags {

    private static final Set<String> RESERVED = Set.of("name", "version", "current", "type");

    private ReservedTags() {}

    /** Whether a tag says something else than deploy; older files often repeat the build's name, which does no harm. */
    public static boolean clash(String key, String value, String buildName) {
        return RESERVED.contains(key) && !(key.equals("name") && value.equals(buildName));
    }
}
