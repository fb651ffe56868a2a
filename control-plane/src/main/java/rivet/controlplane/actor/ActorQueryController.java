package rivet.controlplane.actor;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.query.Queries;
import rivet.controlplane.web.Cursor;
import rivet.controlplane.web.StrictJson;
import rivet.protocol.Wire;
import rivet.protocol.api.ActorView;
import tools.jackson.core.type.TypeReference;

/** Actors by any of their properties. */
@RestController
class ActorQueryController {

    private static final TypeReference<At> AT = new TypeReference<>() {};

    private final ActorSearch search;
    private final ActorViews views;

    ActorQueryController(ActorSearch search, ActorViews views) {
        this.search = search;
        this.views = views;
    }

    /** Actors that a query is true of, newest first. A page may be short, or empty, and yet not be the last. */
    @Needs(Scope.READ)
    @GetMapping("/actors/query")
    ActorView.Many query(
            Caller caller,
            @RequestParam(name = "query_json", required = false) @Nullable String query,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor) {
        var expression = Queries.parse(query, ActorProperties.SCHEMA);
        var after = cursor == null || cursor.isEmpty() ? null : parse(cursor);
        var found = search.page(Wanted.query(caller.environment().id(), expression), after, ActorController.PAGE);
        var next = found.next() == null ? null : written(found.next());
        return new ActorView.Many(views.views(found.actors(), null), new ActorView.Pagination(next));
    }

    /** The shape that the published client's server had. */
    private record At(Instant createdAt, UUID actorId) {

        /** Throws where it is not one: the reader tells it as any other fault of the JSON. */
        At {
            Objects.requireNonNull(actorId, "actor_id");
            Cursor.requireInRange(Objects.requireNonNull(createdAt, "created_at"));
        }
    }

    private static Cursor parse(String cursor) {
        var at = StrictJson.parameter("cursor", cursor, AT, "the cursor of an earlier page");
        return new Cursor(at.createdAt(), at.actorId());
    }

    private static String written(Cursor cursor) {
        return Wire.JSON.writeValueAsString(new At(cursor.createdAt(), cursor.id()));
    }
}
