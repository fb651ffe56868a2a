package rivet.cli.actor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pairs;

/** Which actors a command is about: one by its id, or all that have some tags. */
final class WhichActors {

    private WhichActors() {}

    static void requireOne(@Nullable String id, List<String> tags) {
        if ((id == null) == tags.isEmpty()) {
            throw Failure.badInput("BAD_OPTION", "which actor? (expected: an ID, or --tags KEY=VALUE,…)");
        }
        if (id != null) {
            ActorText.parseId(id);
        }
        Pairs.parse("--tags", tags);
    }
}
