package rivet.controlplane.actor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.ActorEventView;
import rivet.protocol.api.ActorView;

/** An actor's timeline, oldest first: in pages, or replayed and then followed until the actor's end. */
@RestController
class TimelineController {

    private static final String PATH = "/actors/{id}/events";
    private static final int MOST = 1000;

    private final ActorRequests requests;
    private final ActorEvents diary;
    private final Timelines timelines;

    TimelineController(ActorRequests requests, ActorEvents diary, Timelines timelines) {
        this.requests = requests;
        this.diary = diary;
        this.timelines = timelines;
    }

    /**
     * What happened to an actor, oldest first. As {@code text/event-stream}: all of it, and then the rest as it
     * happens.
     */
    @Needs(Scope.READ)
    @GetMapping(path = PATH, produces = MediaType.APPLICATION_JSON_VALUE)
    ActorEventView.Many page(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor,
            @RequestParam(name = "limit", defaultValue = "100") int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.badParameter("limit", limit, "1 to %d".formatted(MOST));
        }
        var actor = requests.get(caller.environment(), ActorController.parse(id));
        var events = diary.after(actor.id(), number("cursor", cursor), limit + 1);
        var page = events.subList(0, Math.min(limit, events.size()));
        return new ActorEventView.Many(page, new ActorView.Pagination(next(events, page)));
    }

    /** A reader that was here before says so with {@code Last-Event-ID}; one that has all of an ended actor is told to stay away. */
    @Needs(Scope.READ)
    @GetMapping(path = PATH, produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<Flux<ServerSentEvent<String>>> follow(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId) {
        var after = lastEventId == null ? number("cursor", cursor) : number("Last-Event-ID", lastEventId);
        var actor = requests.get(caller.environment(), ActorController.parse(id));
        if (actor.state() instanceof ActorState.Destroyed
                && diary.after(actor.id(), after, 1).isEmpty()) {
            return ResponseEntity.noContent().build();
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header("X-Accel-Buffering", "no") // proxies in between pass events on as they come
                .body(timelines.follow(actor, after));
    }

    private static @Nullable String next(List<ActorEventView> found, List<ActorEventView> page) {
        return found.size() == page.size() ? null : page.getLast().id();
    }

    private static long number(String name, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        if (!text.matches("\\d{1,18}")) {
            throw Problem.badParameter(name, text, "the id of an earlier event");
        }
        return Long.parseLong(text);
    }
}
