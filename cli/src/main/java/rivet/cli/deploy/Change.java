package rivet.cli.deploy;

import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.cli.bundle.Artifact;
import rivet.cli.terminal.Output;
import rivet.protocol.api.BuildView;

/**
 * What a deployment would change of a name.
 *
 * @param current the build that is the current one now; absent: the name is new
 * @param startTimeout that the build shall have, in ms
 * @param tags likewise
 */
record Change(
        @Nullable BuildView current,
        Artifact artifact,
        @Nullable Long startTimeout,
        Map<String, String> tags) {

    private static final int DIGITS = 12;

    /** The server has just this as its current build; what is not a tag of a build never changes. */
    static boolean sameBuild(@Nullable BuildView current, Artifact artifact, @Nullable Long startTimeout) {
        return current != null
                && artifact.sha256().equals(current.sha256())
                && Objects.equals(startTimeout, current.startTimeout());
    }

    boolean sameBuild() {
        return sameBuild(current, artifact, startTimeout);
    }

    /** Also the tags are as they shall be; one more on the server does no harm. */
    boolean isNothing() {
        return current != null && sameBuild() && current.tags().entrySet().containsAll(tags.entrySet());
    }

    /** In one line, for people. */
    String text() {
        if (current == null) {
            return "new: %s, digest %s".formatted(Output.size(artifact.sizeBytes()), digest(artifact.sha256()));
        }
        if (isNothing()) {
            return "nothing changed (digest %s is current already)".formatted(digest(artifact.sha256()));
        }
        var bytes = artifact.sha256().equals(current.sha256())
                ? "same bytes (digest %s)".formatted(digest(artifact.sha256()))
                : "size %s → %s, digest %s → %s"
                        .formatted(
                                Output.size(current.contentLength()),
                                Output.size(artifact.sizeBytes()),
                                digest(current.sha256()),
                                digest(artifact.sha256()));
        var start = Objects.equals(startTimeout, current.startTimeout())
                ? ""
                : ", start timeout %s → %s".formatted(ms(current.startTimeout()), ms(startTimeout));
        var changed = changedTags(current.tags());
        return bytes + start + (changed.isEmpty() ? "" : ", tags " + changed);
    }

    private String changedTags(Map<String, String> before) {
        var keys = new TreeSet<>(before.keySet());
        keys.addAll(tags.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(before.get(key), tags.get(key)))
                .filter(key -> !sameBuild() || tags.containsKey(key))
                .map(key -> text(key, before.get(key), tags.get(key)))
                .collect(Collectors.joining(" "));
    }

    private static String text(String key, @Nullable String before, @Nullable String after) {
        if (before == null) {
            return "+%s=%s".formatted(key, after);
        }
        return after == null ? "-%s=%s".formatted(key, before) : "%s=%s→%s".formatted(key, before, after);
    }

    private static String ms(@Nullable Long ms) {
        return ms == null ? "the usual" : ms + " ms";
    }

    private static String digest(@Nullable String sha256) {
        return sha256 == null ? "unknown" : sha256.substring(0, Math.min(DIGITS, sha256.length()));
    }
}
