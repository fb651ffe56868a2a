package rivet.controlplane.actor;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.ActorSetup.EndpointType;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.web.Cursor;
import rivet.controlplane.web.StrictJson;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;

/** Actors over REST. */
@RestController
@RequestMapping("/actors")
class ActorController {

    private static final int PAGE = 32;

    private final ActorRequests requests;
    private final ActorRepository repository;
    private final ActorChecks checks;
    private final BuildChoice builds;
    private final ActorViews views;

    ActorController(
            ActorRequests requests,
            ActorRepository repository,
            ActorChecks checks,
            BuildChoice builds,
            ActorViews views) {
        this.requests = requests;
        this.repository = repository;
        this.checks = checks;
        this.builds = builds;
        this.views = views;
    }

    @Needs(Scope.ACTORS)
    @PostMapping
    ActorView.One create(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestBody CreateActorRequest request) {
        var type = type(endpointType);
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        var draft = checks.check(request, build);
        return one(requests.create(caller.environment(), draft, build), type);
    }

    @Needs(Scope.READ)
    @GetMapping("/{id}")
    ActorView.One get(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType) {
        return one(requests.get(caller.environment(), parse(id)), type(endpointType));
    }

    @Needs(Scope.READ)
    @GetMapping
    ActorView.Many list(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestParam(name = "tags_json", required = false) @Nullable String tags,
            @RequestParam(name = "include_destroyed", defaultValue = "false") boolean includeDestroyed,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor) {
        var type = type(endpointType);
        var after = cursor == null || cursor.isEmpty() ? null : Cursor.parse(cursor);
        var actors = repository.page(
                caller.environment().id(), StrictJson.texts("tags_json", tags), includeDestroyed, after, PAGE + 1);
        var page = actors.subList(0, Math.min(PAGE, actors.size()));
        return new ActorView.Many(views.views(page, type), new ActorView.Pagination(next(actors, page)));
    }

    @Needs(Scope.ACTORS)
    @DeleteMapping("/{id}")
    Map<String, Object> destroy(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "override_kill_timeout", required = false) @Nullable Long graceMs) {
        requests.destroy(caller.environment(), parse(id), graceMs);
        return Map.of();
    }

    @Needs({Scope.ACTORS, Scope.DEPLOY})
    @PostMapping("/{id}/upgrade")
    Map<String, Object> upgrade(Caller caller, @PathVariable("id") String id, @RequestBody UpgradeRequest request) {
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        requests.upgrade(caller.environment(), parse(id), build);
        return Map.of();
    }

    @Needs({Scope.ACTORS, Scope.DEPLOY})
    @PostMapping("/upgrade")
    Upgraded upgradeAll(Caller caller, @RequestBody UpgradeAllRequest request) {
        var tags = ActorChecks.tags(request.tags());
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        return new Upgraded(requests.upgradeAll(caller.environment(), tags, build));
    }

    record UpgradeRequest(@Nullable String build, @Nullable Map<String, String> buildTags) {}

    record UpgradeAllRequest(
            @Nullable Map<String, String> tags,
            @Nullable String build,
            @Nullable Map<String, String> buildTags) {}

    record Upgraded(long count) {}

    private ActorView.One one(Actor actor, @Nullable EndpointType type) {
        return new ActorView.One(views.view(actor, type));
    }

    /** There is a next page only if there is something on it. */
    private static @Nullable String next(List<Actor> found, List<Actor> page) {
        if (found.size() == page.size()) {
            return null;
        }
        var last = page.getLast();
        return new Cursor(last.createdAt(), last.id().value()).encoded();
    }

    private static @Nullable EndpointType type(@Nullable String endpointType) {
        return endpointType == null || endpointType.isEmpty()
                ? null
                : PortChecks.endpoint(endpointType, "endpoint_type", "endpoint_type");
    }

    private static ActorId parse(String id) {
        try {
            return ActorId.parse(id);
        } catch (IllegalArgumentException _) {
            throw ActorRequests.absent(id);
        }
    }
}
