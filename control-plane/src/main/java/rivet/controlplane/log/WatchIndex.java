package rivet.controlplane.log;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;

/**
 * Up to where a reader has read, actor by actor: two actors' lines may become visible in another order than they were
 * numbered, one actor's may not. Callers treat it as opaque.
 */
record WatchIndex(Map<ActorId, Long> last) {

    String encoded() {
        return new TreeMap<>(last).values().stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    static WatchIndex parse(String text, SortedSet<ActorId> actors) {
        var numbers = text.split("\\.", -1);
        if (numbers.length != actors.size()) {
            throw notOurs(text);
        }
        var last = new TreeMap<ActorId, Long>();
        var at = 0;
        for (var actor : actors) {
            last.put(actor, number(numbers[at++], text));
        }
        return new WatchIndex(last);
    }

    private static long number(String number, String text) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException _) {
            throw notOurs(text);
        }
    }

    private static Problem notOurs(String text) {
        return Problem.badParameter("watch_index", text, "the watch index of an earlier answer for the same actors");
    }
}
