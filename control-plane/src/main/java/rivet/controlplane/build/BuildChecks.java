package rivet.controlplane.build;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;
import rivet.protocol.BuildKind;
import rivet.protocol.api.BuildView;

/** What a request about builds must be like. Each refusal names the field. */
final class BuildChecks {

    private static final List<String> COMPRESSIONS = List.of("none", "lz4");
    private static final int MOST_TAGS = 32;
    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_VALUE = 1024;
    private static final int LONGEST_NAME = 255;

    private BuildChecks() {}

    static BuildKind kind(@Nullable String kind) {
        var name = kind == null ? "docker_image" : kind;
        return switch (name) {
            case "javascript" -> BuildKind.JAVASCRIPT;
            case "executable" -> BuildKind.EXECUTABLE;
            case "java" -> BuildKind.JAVA;
            case "oci_bundle", "docker_image" ->
                throw new Problem(
                                HttpStatus.BAD_REQUEST,
                                "FEATURE_DISABLED",
                                "kind: %s builds cannot be run on this server (expected: javascript, java or executable)"
                                        .formatted(name))
                        .at("kind", "javascript, java or executable");
            default -> throw Problem.badField("kind", name, "javascript, java or executable");
        };
    }

    static String compression(@Nullable String compression) {
        var name = compression == null ? "none" : compression.toLowerCase(Locale.ROOT);
        if (!COMPRESSIONS.contains(name)) {
            throw Problem.badField("compression", compression, String.join(" or ", COMPRESSIONS));
        }
        return name;
    }

    static BuildView.ImageFile file(BuildView.@Nullable ImageFile file) {
        if (file == null) {
            throw Problem.badField("image_file", null, "path and content_length");
        }
        var path = file.path();
        if (path == null || path.isBlank() || Texts.bytes(path) > LONGEST_NAME || !Texts.storable(path)) {
            throw Problem.badField("image_file.path", path, "1 to %d bytes".formatted(LONGEST_NAME));
        }
        var digest = file.sha256();
        if (digest != null && !digest.matches("[0-9a-f]{64}")) {
            throw Problem.badField("image_file.sha256", digest, "64 lower-case hexadecimal digits");
        }
        return file;
    }

    static long length(BuildView.ImageFile file, BuildKind kind, long limit) {
        var length = file.contentLength();
        if (length == null || length < 1) {
            throw Problem.badField("image_file.content_length", length, "at least 1");
        }
        if (length > limit) {
            var expected = "at most %d for a %s build".formatted(limit, kind);
            throw new Problem(
                            HttpStatus.CONTENT_TOO_LARGE,
                            "UPLOAD_TOO_LARGE",
                            "image_file.content_length: %d (expected: %s)".formatted(length, expected))
                    .at("image_file.content_length", expected);
        }
        return length;
    }

    /** A null value removes the key. */
    static Map<String, @Nullable String> patch(@Nullable Map<String, @Nullable String> tags) {
        if (tags == null) {
            throw Problem.badField("tags", null, "an object of texts or nulls");
        }
        tags.forEach((key, value) -> {
            if (key.isEmpty() || Texts.bytes(key) > LONGEST_KEY || !Texts.storable(key) || key.indexOf('\n') >= 0) {
                throw Problem.badField("tags", key, "keys of 1 to %d bytes".formatted(LONGEST_KEY));
            }
            if (value != null && (value.isEmpty() || Texts.bytes(value) > LONGEST_VALUE || !Texts.storable(value))) {
                throw Problem.badField("tags." + key, value, "1 to %d bytes".formatted(LONGEST_VALUE));
            }
        });
        return tags;
    }

    static List<String> exclusive(@Nullable List<String> keys, Map<String, @Nullable String> tags) {
        var exclusive = keys == null ? List.<String>of() : keys;
        for (var key : exclusive) {
            if (!tags.containsKey(key)) {
                throw exclusive("BUILD_TAGS_MISSING_EXCLUSIVE_KEY", key, "a key that is in tags");
            }
            if (tags.get(key) == null) {
                throw exclusive("BUILD_TAGS_NULL_EXCLUSIVE_KEY", key, "a key that is set and not removed");
            }
        }
        return exclusive;
    }

    static void tagCount(Map<String, String> tags) {
        if (tags.size() > MOST_TAGS) {
            throw Problem.badField("tags", tags.size() + " of them", "at most %d".formatted(MOST_TAGS));
        }
    }

    private static Problem exclusive(String code, String key, String expected) {
        return new Problem(HttpStatus.BAD_REQUEST, code, "exclusive_tags: '%s' (expected: %s)".formatted(key, expected))
                .at("exclusive_tags", expected);
    }
}
