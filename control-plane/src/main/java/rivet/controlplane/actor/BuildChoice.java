package rivet.controlplane.actor;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.build.Build;
import rivet.controlplane.build.Builds;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;
import rivet.protocol.BuildId;

/** Which build a request means: one by id, or the newest that has some tags; never both. */
@Component
final class BuildChoice {

    private static final int MOST_TAGS = 8;
    private static final int LONGEST_KEY = 32;
    private static final int LONGEST_VALUE = 256;

    private final Builds builds;

    BuildChoice(Builds builds) {
        this.builds = builds;
    }

    Build choose(Environment environment, @Nullable String build, @Nullable Map<String, String> tags) {
        if (build == null && tags == null) {
            throw Problem.badField("build", null, "build or build_tags");
        }
        if (build != null && tags != null) {
            throw Problem.badField("build_tags", "given beside build", "exactly one of build and build_tags");
        }
        return build != null ? ready(environment, build) : builds.newest(environment, checked(tags));
    }

    private Build ready(Environment environment, String id) {
        var build = builds.get(environment, parse(id));
        if (!build.ready()) {
            throw new Problem(HttpStatus.BAD_REQUEST, "ACTOR_FAILED_TO_CREATE", "build: Build upload not complete.")
                    .at("build");
        }
        return build;
    }

    private static BuildId parse(String id) {
        try {
            return BuildId.parse(id);
        } catch (IllegalArgumentException _) {
            throw Problem.badField("build", id, "a UUID");
        }
    }

    private static Map<String, String> checked(@Nullable Map<String, String> tags) {
        if (tags == null || tags.isEmpty() || tags.size() > MOST_TAGS) {
            throw Problem.badField("build_tags", tags, "1 to %d tags".formatted(MOST_TAGS));
        }
        tags.forEach((key, value) -> {
            if (Texts.bytes(key) > LONGEST_KEY || !Texts.storable(key)) {
                throw Problem.badField("build_tags", key, "keys of at most %d bytes".formatted(LONGEST_KEY));
            }
            if (value == null || Texts.bytes(value) > LONGEST_VALUE || !Texts.storable(value)) {
                throw Problem.badField("build_tags." + key, value, "at most %d bytes".formatted(LONGEST_VALUE));
            }
        });
        return tags;
    }
}
