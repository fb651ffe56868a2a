package rivet.controlplane.log;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;

/**
 * Up to where a reader has read, actor by actor: two actors' lines may become visible in another order than they were
 * numbered, one actor's may not. Callers treat it as opaque.
 *
 * @param since actors created from then on may be missing here, and are read from their first line; absent: more actors were
 *     meant than can be watched
 */
record WatchIndex(@Nullable Instant since, Map<ActorId, Long> last) {

    static final int MOST_ACTORS = 64;

    private static final String TOO_MANY = "many";
    private static final String OURS = "\\d{1,15}(\\.[0-9a-f-]{36}_\\d{1,18}){0,%d}".formatted(MOST_ACTORS);

    String encoded() {
        return since == null
                ? TOO_MANY
                : since.toEpochMilli()
                        + new TreeMap<>(last)
                                .entrySet().stream()
                                        .map(each -> ".%s_%d".formatted(each.getKey(), each.getValue()))
                                        .collect(Collectors.joining());
    }

    static WatchIndex parse(String text) {
        if (text.equals(TOO_MANY)) {
            throw new Problem(
                            HttpStatus.BAD_REQUEST,
                            "API_BAD_QUERY_PARAMETER",
                            "watch_index: more than %d actors are meant (expected: a query for fewer, by actor_id or tags)"
                                    .formatted(MOST_ACTORS))
                    .at("watch_index");
        }
        if (!text.matches(OURS)) {
            throw notOurs(text);
        }
        var parts = text.split("\\.", -1);
        var last = new TreeMap<ActorId, Long>();
        for (int i = 1; i < parts.length; i++) {
            last.put(actor(parts[i].substring(0, 36), text), Long.parseLong(parts[i].substring(37)));
        }
        return new WatchIndex(Instant.ofEpochMilli(Long.parseLong(parts[0])), last);
    }

    private static ActorId actor(String id, String text) {
        try {
            return ActorId.parse(id);
        } catch (IllegalArgumentException _) {
            throw notOurs(text);
        }
    }

    static Problem notOurs(String text) {
        return Problem.badParameter("watch_index", text, "the watch index of an earlier answer for the same actors");
    }
}
