package rivet.controlplane.database;

import java.util.Map;
import java.util.TreeMap;
import rivet.protocol.Wire;
import tools.jackson.core.type.TypeReference;

/** Tags ⇄ jsonb: an object of texts. Sorted, so that the same tags always look the same. */
public final class TagsColumn {

    private static final TypeReference<TreeMap<String, String>> TAGS = new TypeReference<>() {};

    private TagsColumn() {}

    public static String write(Map<String, String> tags) {
        return Wire.JSON.writeValueAsString(tags);
    }

    public static Map<String, String> read(String json) {
        return Wire.JSON.readValue(json, TAGS);
    }
}
