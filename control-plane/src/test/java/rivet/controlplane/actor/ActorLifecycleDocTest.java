package rivet.controlplane.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Keeps the page about an actor's life true. To write it anew: {@code mvn test -Dtest=ActorLifecycleDocTest -Dlifecycle.doc=write}. */
class ActorLifecycleDocTest {

    private static final Path PAGE = Path.of("..", "docs", "actor-lifecycle.md");

    @Test
    void the_page_says_what_the_code_does() throws IOException {
        var page = page();
        if ("write".equals(System.getProperty("lifecycle.doc"))) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE)
                .as("written by ActorLifecycleDocTest: run it with -Dlifecycle.doc=write")
                .hasContent(page);
    }

    private static String page() {
        var moves = moves();
        return """
                # An actor's life

                <!-- Written by ActorLifecycleDocTest from the code; run it with -Dlifecycle.doc=write. -->

                The state is what `GET /actors/{id}` shows as `state`, with a code for why in `reason`.

                ```mermaid
                stateDiagram-v2
                    [*] --> pending
                %s    destroyed --> [*]
                ```

                | state | what is true in it |
                |---|---|
                | `pending` | it waits for an agent; `reason` says why it has none |
                | `starting` | an agent was told to run it; its ports do not accept connections yet |
                | `running` | its ports accept connections |
                | `crash_backoff` | it crashed, and is started again when its time of rest is over |
                | `stopping` | its agent was told to stop it and has not said yet that nothing of it is left |
                | `sleeping` | nothing of it runs and no room is kept for it; it is started when somebody [wants it](sleep.md) |
                | `destroyed` | nothing of it is left, and nothing will be |

                ## What happens when

                Everything that is not in this table changes nothing: a report of a copy that is not the current one, a fact told
                twice, whatever comes after the end.

                | from | when | to | reason |
                |---|---|---|---|
                %s""".formatted(arrows(moves), rows(moves));
    }

    private record Move(String from, String event, ActorState before, ActorState after) {
        boolean changes() {
            return !after.equals(before);
        }

        boolean goesElsewhere() {
            return !after.status().equals(before.status());
        }
    }

    private static Iterable<Move> moves() {
        var moves = new LinkedHashMap<String, Move>();
        Lives.states()
                .forEach((from, state) -> Lives.events().forEach((name, event) -> {
                    var move = new Move(from, name, state, ActorLifecycle.next(state, event));
                    if (move.changes()) {
                        moves.put(from + name, move);
                    }
                }));
        return moves.values();
    }

    private static String arrows(Iterable<Move> moves) {
        SortedMap<String, TreeSet<String>> arrows = new TreeMap<>();
        for (var move : moves) {
            if (move.goesElsewhere()) {
                var arrow = "%s --> %s"
                        .formatted(move.before().status(), move.after().status());
                arrows.computeIfAbsent(arrow, _ -> new TreeSet<>()).add(move.event());
            }
        }
        return arrows.entrySet().stream()
                .map(arrow -> "    %s: %s%n".formatted(arrow.getKey(), String.join(" / ", arrow.getValue())))
                .collect(Collectors.joining());
    }

    private static String rows(Iterable<Move> moves) {
        var rows = new StringBuilder();
        for (var move : moves) {
            var why = move.after().why();
            rows.append("| %s | %s | `%s` | %s |%n"
                    .formatted(move.from(), move.event(), move.after().status(), why == null ? "" : "`" + why + "`"));
        }
        return rows.toString();
    }
}
