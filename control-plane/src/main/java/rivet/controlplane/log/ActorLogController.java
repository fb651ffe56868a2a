package rivet.controlplane.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.query.Expression;
import rivet.controlplane.query.Queries;
import rivet.controlplane.query.QueryParser;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.StrictJson;
import rivet.protocol.ActorId;
import rivet.protocol.api.LogsView;
import tools.jackson.core.type.TypeReference;

/** Lines over REST: the newest at once, or the next ones as soon as there are any. */
@RestController
class ActorLogController {

    private static final TypeReference<List<String>> IDS = new TypeReference<>() {};
    private static final int MOST_ACTORS = WatchIndex.MOST_ACTORS;

    private final LogReader reader;

    ActorLogController(LogReader reader) {
        this.reader = reader;
    }

    /**
     * Lines that actors printed: the newest 256, or with {@code watch_index} the next ones as soon as there are any.
     */
    @Needs(Scope.READ)
    @GetMapping("/actors/logs")
    LogsView logs(
            Caller caller,
            @RequestParam(name = "actor_ids_json", required = false) @Nullable String ids,
            @RequestParam(name = "stream", defaultValue = "all") String stream,
            @RequestParam(name = "watch_index", required = false) @Nullable String watchIndex,
            @RequestParam(name = "query_json", required = false) @Nullable String query,
            @RequestParam(name = "search_text", required = false) @Nullable String search,
            @RequestParam(name = "search_case_sensitive", defaultValue = "false") boolean caseSensitive,
            @RequestParam(name = "search_enable_regex", defaultValue = "false") boolean regex) {
        var asked = new ArrayList<Expression>();
        asked.add(Queries.parse(query, LogProperties.SCHEMA));
        stream(stream).ifPresent(asked::add);
        if (search != null && !search.isEmpty()) {
            asked.add(Queries.parameter(
                    "search_text", () -> QueryParser.search(LogProperties.MESSAGE, search, regex, !caseSensitive)));
        }
        var request = new LogRequest(caller.environment().id(), actors(ids), new Expression.And(asked));
        return watchIndex == null || watchIndex.isEmpty()
                ? reader.newest(request)
                : reader.next(request, WatchIndex.parse(watchIndex));
    }

    /** @return absent: whichever the query is true of */
    private static @Nullable SortedSet<ActorId> actors(@Nullable String json) {
        if (json == null || json.isEmpty()) {
            return null;
        }
        var actors = new TreeSet<ActorId>();
        for (var id : StrictJson.parameter("actor_ids_json", json, IDS, "a JSON array of UUIDs")) {
            actors.add(actor(id));
        }
        if (actors.isEmpty() || actors.size() > MOST_ACTORS) {
            throw problem("ACTOR_LOGS_NO_ACTOR_IDS", actors.size() + " of them");
        }
        return actors;
    }

    private static ActorId actor(@Nullable String id) {
        try {
            return ActorId.parse(String.valueOf(id));
        } catch (IllegalArgumentException _) {
            throw problem("ACTOR_LOGS_INVALID_ACTOR_IDS", "not an id among them");
        }
    }

    private static Optional<Expression> stream(String stream) {
        return switch (stream) {
            case "all" -> Optional.empty();
            case "std_out" -> Optional.of(only("stdout"));
            case "std_err" -> Optional.of(only("stderr"));
            default -> throw Problem.badParameter("stream", stream, "all, std_out or std_err");
        };
    }

    private static Expression only(String stream) {
        return new Expression.Leaf(LogProperties.STREAM, new Expression.Test.TextIn(Set.of(stream), false));
    }

    private static Problem problem(String code, String came) {
        var expected = "a JSON array of 1 to %d actor ids".formatted(MOST_ACTORS);
        return new Problem(HttpStatus.BAD_REQUEST, code, "actor_ids_json: %s (expected: %s)".formatted(came, expected))
                .at("actor_ids_json", expected);
    }
}
