package rivet.controlplane.actor;

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
import rivet.controlplane.web.Cursor;
import rivet.controlplane.web.StrictJson;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;

/** Actors over REST. */
@RestController
@RequestMapping("/actors")
class ActorController {

    static final int PAGE = 32;

    private final ActorRequests requests;
    private final ActorSearch search;
    private final ActorChecks checks;
    private final BuildChoice builds;
    private final ActorViews views;

    ActorController(
            ActorRequests requests,
            ActorSearch search,
            ActorChecks checks,
            BuildChoice builds,
            ActorViews views) {
        this.requests = requests;
        this.search = search;
        this.checks = checks;
        this.builds = builds;
        this.views = views;
    }

    @PostMapping
    ActorView.One create(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestBody CreateActorRequest request) {
        var type = type(endpointType);
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        var draft = checks.check(request, build);
        return one(requests.create(caller, draft, build), type);
    }

    @GetMapping("/{id}")
    ActorView.One get(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType) {
        return one(requests.get(caller.environment(), parse(id)), type(endpointType));
    }

    @GetMapping
    ActorView.Many list(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestParam(name = "tags_json", required = false) @Nullable String tags,
            @RequestParam(name = "include_destroyed", defaultValue = "false") boolean includeDestroyed,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor) {
        var type = type(endpointType);
        var after = cursor == null || cursor.isEmpty() ? null : Cursor.parse(cursor);
        var wanted = Wanted.list(caller.environment().id(), StrictJson.texts("tags_json", tags), includeDestroyed);
        var found = search.page(wanted, after, PAGE);
        var next = found.next() == null ? null : found.next().encoded();
        return new ActorView.Many(views.views(found.actors(), type), new ActorView.Pagination(next));
    }

    @DeleteMapping("/{id}")
    Map<String, Object> destroy(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "override_kill_timeout", required = false) @Nullable Long graceMs) {
        requests.destroy(caller, parse(id), graceMs);
        return Map.of();
    }

    @PostMapping("/{id}/upgrade")
    Map<String, Object> upgrade(Caller caller, @PathVariable("id") String id, @RequestBody UpgradeRequest request) {
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        requests.upgrade(caller, parse(id), build);
        return Map.of();
    }

    @PostMapping("/upgrade")
    Upgraded upgradeAll(Caller caller, @RequestBody UpgradeAllRequest request) {
        var tags = ActorChecks.tags(request.tags());
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        return new Upgraded(requests.upgradeAll(caller, tags, build));
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

    private static @Nullable EndpointType type(@Nullable String endpointType) {
        return endpointType == null || endpointType.isEmpty()
                ? null
                : PortChecks.endpoint(endpointType, "endpoint_type", "endpoint_type");
    }

    static ActorId parse(String id) {
        try {
            return ActorId.parse(id);
        } catch (IllegalArgumentException _) {
            throw ActorRequests.absent(id);
        }
    }
}
