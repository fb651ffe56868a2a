package rivet.controlplane.actor;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.ActorRequests.Manner;
import rivet.controlplane.actor.ActorSetup.EndpointType;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.web.Cursor;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.StrictJson;
import rivet.controlplane.web.Times;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.ManyActors;
import rivet.protocol.api.UpgradePolicyView;

/** Actors that there are, over REST. */
@RestController
@RequestMapping("/actors")
class ActorController {

    static final int PAGE = 32;
    private static final int MOST_IN_A_BATCH = 1000;
    private static final long LONGEST_PAUSE_MS = 86_400_000;
    private static final String GRACE = "override_kill_timeout";

    private final ActorRequests requests;
    private final Rollouts rollouts;
    private final ActorSearch search;
    private final BuildChoice builds;
    private final ActorWaits waits;
    private final ActorViews views;

    ActorController(
            ActorRequests requests,
            Rollouts rollouts,
            ActorSearch search,
            BuildChoice builds,
            ActorWaits waits,
            ActorViews views) {
        this.requests = requests;
        this.rollouts = rollouts;
        this.search = search;
        this.builds = builds;
        this.waits = waits;
        this.views = views;
    }

    /** An actor. With {@code wait}, as it is when the wait is over. */
    @Needs(Scope.READ)
    @GetMapping("/{id}")
    ActorView.One get(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "wait", required = false) @Nullable String waitFor,
            @RequestParam(name = "timeout", required = false) @Nullable Long timeoutMs,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType) {
        var type = type(endpointType);
        var wait = waits.parse(waitFor, timeoutMs);
        var actor = requests.get(caller.environment(), parse(id));
        return new ActorView.One(views.view(waits.await(actor, wait), type));
    }

    /** Actors, newest first, 32 to a page. Those whose destruction has begun are left out unless asked for. */
    @Needs(Scope.READ)
    @GetMapping
    ActorView.Many list(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestParam(name = "key", required = false) @Nullable String key,
            @RequestParam(name = "tags_json", required = false) @Nullable String tags,
            @RequestParam(name = "include_destroyed", defaultValue = "false") boolean includeDestroyed,
            @RequestParam(name = "cursor", required = false) @Nullable String cursor) {
        var type = type(endpointType);
        var after = cursor == null || cursor.isEmpty() ? null : Cursor.parse(cursor);
        var named = Wanted.list(caller.environment().id(), StrictJson.texts("tags_json", tags), includeDestroyed);
        var wanted = named.withKey(key(key));
        var found = search.page(wanted, after, PAGE);
        var next = found.next() == null ? null : found.next().encoded();
        return new ActorView.Many(views.views(found.actors(), type), new ActorView.Pagination(next));
    }

    /** Answers nothing, as the published client expects, but to those who wait. */
    @Needs(Scope.ACTORS)
    @DeleteMapping("/{id}")
    Map<String, Object> destroy(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "override_kill_timeout", required = false) @Nullable Long graceMs,
            @RequestParam(name = "wait", required = false) @Nullable String waitFor,
            @RequestParam(name = "timeout", required = false) @Nullable Long timeoutMs,
            @RequestHeader(name = IdempotencyKey.HEADER, required = false) @Nullable String key) {
        var wait = waits.parse(waitFor, timeoutMs);
        var grace = ActorChecks.overrideGrace(graceMs, (came, expected) -> Problem.badParameter(GRACE, came, expected));
        var once = IdempotencyKey.of(caller.environment(), key, "DELETE /actors", id, graceMs);
        var actor = requests.destroy(caller, parse(id), grace, once);
        return wait == null ? Map.of() : Map.of("actor", views.view(waits.await(actor, wait), null));
    }

    /** Destroys all actors that have these tags, and says how many. */
    @Needs(Scope.ACTORS)
    @PostMapping("/destroy")
    ManyActors.Destroyed destroyAll(Caller caller, @RequestBody ManyActors.DestroyRequest request) {
        var tags = ActorChecks.tags(request.tags());
        if (tags.isEmpty()) {
            throw Problem.badField(
                    "tags", "none", "at least one: all actors of an environment are not destroyed by mistake");
        }
        var grace = ActorChecks.overrideGrace(
                request.overrideKillTimeout(), (came, expected) -> Problem.badField(GRACE, came, expected));
        return new ManyActors.Destroyed(requests.destroyAll(caller, tags, grace));
    }

    /**
     * Lets an actor run another build: its copy is stopped with its grace, then the new one is started. If that does not become
     * ready the actor goes back to the build before. Answers nothing, but to those who wait.
     */
    @Needs({Scope.ACTORS, Scope.DEPLOY})
    @PostMapping("/{id}/upgrade")
    Map<String, Object> upgrade(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "wait", required = false) @Nullable String waitFor,
            @RequestParam(name = "timeout", required = false) @Nullable Long timeoutMs,
            @RequestBody UpgradeRequest request) {
        var wait = waits.parse(waitFor, timeoutMs);
        var manner = manner(request.policy(), request.deadline(), request.atDeadline(), request.startTimeout());
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        var actor = requests.upgrade(caller, parse(id), build, manner);
        return wait == null ? Map.of() : Map.of("actor", views.view(waits.upgraded(actor, build.id(), wait), null));
    }

    /**
     * Upgrades all actors that have these tags, and says how many: all at once, or with {@code batch_size}, {@code pause_ms} or
     * {@code percentage} some at a time, for as long as none is rolled back.
     */
    @Needs({Scope.ACTORS, Scope.DEPLOY})
    @PostMapping("/upgrade")
    Upgraded upgradeAll(Caller caller, @RequestBody UpgradeAllRequest request) {
        var tags = ActorChecks.tags(request.tags());
        var build = builds.choose(caller.environment(), request.build(), request.buildTags());
        var manner = manner(request.policy(), request.deadline(), request.atDeadline(), request.startTimeout());
        if (request.batchSize() == null && request.pauseMs() == null && request.percentage() == null) {
            return new Upgraded(requests.upgradeAll(caller, tags, build, manner), null);
        }
        if (manner.policy() instanceof UpgradePolicy.NextStart) {
            throw Problem.badField(
                    "policy", request.policy(), "now, drain or when_idle, with batch_size, pause_ms or percentage");
        }
        var plan = new Rollouts.Plan(
                tags,
                build.id(),
                manner,
                within("percentage", request.percentage(), 100, 100),
                within("batch_size", request.batchSize(), MOST_IN_A_BATCH, MOST_IN_A_BATCH),
                pause(request.pauseMs()));
        var begun = rollouts.begin(caller, plan, build);
        return new Upgraded(begun.count(), begun.id().toString());
    }

    /** Puts an actor to sleep: its process is stopped with its grace, and nothing is kept for it until somebody wants it. */
    @Needs(Scope.ACTORS)
    @PostMapping("/{id}/sleep")
    Map<String, Object> sleep(Caller caller, @PathVariable("id") String id) {
        requests.sleep(caller, parse(id));
        return Map.of();
    }

    /** Wakes an actor that sleeps, as a request to it would. Answers nothing, but to those who wait. */
    @Needs(Scope.ACTORS)
    @PostMapping("/{id}/wake")
    Map<String, Object> wake(
            Caller caller,
            @PathVariable("id") String id,
            @RequestParam(name = "wait", required = false) @Nullable String waitFor,
            @RequestParam(name = "timeout", required = false) @Nullable Long timeoutMs) {
        var wait = waits.parse(waitFor, timeoutMs);
        var actor = requests.wake(caller, parse(id));
        return wait == null ? Map.of() : Map.of("actor", views.view(waits.await(actor, wait), null));
    }

    /**
     * @param policy {@code now}: what runs is stopped for it; {@code drain}: likewise, when the requests and connections that it
     *     has have ended; {@code when_idle}: likewise, once it has neither; {@code next_start}: whenever it is started next;
     *     absent: the actor's own, else {@code now}
     * @param deadline ms that {@code drain} (0 to 7 200 000; 15 000) and {@code when_idle} (0 to 604 800 000; 600 000) wait
     * @param atDeadline what {@code when_idle} does then: {@code now}, the default, {@code drain} or {@code next_start}
     * @param startTimeout ms from the spawn of the new build until it is ready, 100 to 3 600 000; absent: the actor's,
     *     else the build's, else 10 000
     */
    record UpgradeRequest(
            @Nullable String build,
            @Nullable Map<String, String> buildTags,
            @Nullable String policy,
            @Nullable Long deadline,
            @Nullable String atDeadline,
            @Nullable Long startTimeout) {}

    /**
     * @param policy as for one; not {@code next_start} where they are upgraded some at a time
     * @param deadline as for one
     * @param atDeadline as for one
     * @param startTimeout as for one
     * @param batchSize how many at a time, 1 to 1000; absent: 1000
     * @param pauseMs from the time when all of a batch are ready to the next batch, 0 to 86 400 000; absent: 0
     * @param percentage of those that have another build, 1 to 100, rounded up; absent: all
     */
    record UpgradeAllRequest(
            @Nullable Map<String, String> tags,
            @Nullable String build,
            @Nullable Map<String, String> buildTags,
            @Nullable String policy,
            @Nullable Long deadline,
            @Nullable String atDeadline,
            @Nullable Long startTimeout,
            @Nullable Integer batchSize,
            @Nullable Long pauseMs,
            @Nullable Integer percentage) {}

    /** @param count how many are, or are to be, upgraded @param rollout where to see how far it is; absent if all were told */
    record Upgraded(long count, @Nullable String rollout) {}

    private static Manner manner(
            @Nullable String policy,
            @Nullable Long deadline,
            @Nullable String atDeadline,
            @Nullable Long startTimeout) {
        return new Manner(
                UpgradeChecks.read("", new UpgradePolicyView(policy, deadline, atDeadline)),
                Times.ms("start_timeout", startTimeout));
    }

    private static int within(String field, @Nullable Integer given, int most, int otherwise) {
        if (given != null && (given < 1 || given > most)) {
            throw Problem.badField(field, given, "1 to %d".formatted(most));
        }
        return given == null ? otherwise : given;
    }

    private static long pause(@Nullable Long ms) {
        if (ms != null && (ms < 0 || ms > LONGEST_PAUSE_MS)) {
            throw Problem.badField("pause_ms", ms, "0 to %d milliseconds".formatted(LONGEST_PAUSE_MS));
        }
        return ms == null ? 0 : ms;
    }

    private static @Nullable String key(@Nullable String key) {
        if (key != null && !ActorChecks.fits(key, 1, ActorChecks.LONGEST_KEY)) {
            throw Problem.badParameter("key", key, "a text of 1 to %d bytes".formatted(ActorChecks.LONGEST_KEY));
        }
        return key;
    }

    static @Nullable EndpointType type(@Nullable String endpointType) {
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
