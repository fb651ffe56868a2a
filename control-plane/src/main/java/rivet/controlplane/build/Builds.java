package rivet.controlplane.build;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.BuildId;

/** The door: finds builds and moves their tags. */
@Component
public final class Builds {

    private static final int MOST_LISTED = 1000;
    private static final String NAME = "name";
    private static final String CURRENT = "current";

    private final BuildRepository repository;
    private final BuildBytes bytes;
    private final Transactions transactions;

    Builds(BuildRepository repository, BuildBytes bytes, Transactions transactions) {
        this.repository = repository;
        this.bytes = bytes;
        this.transactions = transactions;
    }

    /** Another environment's build is as good as none. */
    public Build get(Environment environment, BuildId id) {
        return repository
                .find(id)
                .filter(build -> build.environmentId().equals(environment.id()))
                .orElseThrow(() -> absent(id.toString()));
    }

    public Optional<Build> find(BuildId id) {
        return repository.find(id);
    }

    /** The newest ready build that has all these tags. */
    public Build newest(Environment environment, Map<String, String> tags) {
        return repository.ready(environment.id(), tags, 1).stream()
                .findFirst()
                .orElseThrow(() -> Problem.notFound(
                                "BUILD_NOT_FOUND_WITH_TAGS", "build_tags: no build has all of %s".formatted(tags))
                        .at("build_tags"));
    }

    List<Build> list(Environment environment, Map<String, String> tags) {
        return repository.ready(environment.id(), tags, MOST_LISTED);
    }

    /** @param exclusive keys that are taken from the other builds of the same name in the same step */
    void patchTags(Environment environment, BuildId id, Map<String, @Nullable String> patch, List<String> exclusive) {
        transactions.run(() -> {
            get(environment, id);
            repository.lockTagsOf(environment.id());
            var tags = patched(
                    repository.lock(id).orElseThrow(() -> absent(id.toString())).tags(), patch);
            BuildChecks.tagCount(tags);
            repository.setTags(id, tags);
            if (!exclusive.isEmpty()) {
                repository.takeTags(environment.id(), id, sameName(tags), exclusive);
            }
            return id;
        });
    }

    /**
     * Takes {@code current} from a build and gives it to the one of the same name before it. Only the current build can be
     * rolled back, so that a call that is repeated does not go back twice.
     */
    Build rollback(Environment environment, BuildId id) {
        return transactions.run(() -> {
            get(environment, id);
            repository.lockTagsOf(environment.id());
            var current = repository.lock(id).orElseThrow(() -> absent(id.toString()));
            var name = current.tags().get(NAME);
            var mark = current.tags().get(CURRENT);
            if (!current.ready() || name == null || mark == null) {
                throw Problem.conflict(
                                "BUILD_NOT_CURRENT", "build: has no tags name and current (expected: the current one)")
                        .at("build");
            }
            var before = repository
                    .before(current, name)
                    .orElseThrow(() -> Problem.conflict(
                                    "BUILD_NO_PREVIOUS", "build: there is no earlier one named '%s'".formatted(name))
                            .at("build"));
            repository.setTags(before.id(), patched(before.tags(), Map.of(CURRENT, mark)));
            repository.takeTags(environment.id(), before.id(), Map.of(NAME, name), List.of(CURRENT));
            return get(environment, before.id());
        });
    }

    /** The bytes of a ready build, in order. */
    void copy(Build build, OutputStream out) throws IOException {
        bytes.copy(bytes.parts(build.id()), out);
    }

    static Problem absent(String id) {
        return Problem.notFound("BUILD_NOT_FOUND", "build: no '%s'".formatted(id))
                .at("build");
    }

    private static Map<String, String> patched(Map<String, String> tags, Map<String, @Nullable String> patch) {
        var patched = new TreeMap<>(tags);
        patch.forEach((key, value) -> {
            if (value == null) {
                patched.remove(key);
            } else {
                patched.put(key, value);
            }
        });
        return patched;
    }

    /** Moving {@code current} to a new build of one program must not take it from every other program. */
    private static Map<String, String> sameName(Map<String, String> tags) {
        var name = tags.get(NAME);
        return name == null ? Map.of() : Map.of(NAME, name);
    }
}
