package rivet.controlplane.actor;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.placement.Placer;
import rivet.controlplane.placement.Verdict;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;
import rivet.protocol.api.ManyActors;
import rivet.protocol.api.PlacementView;

/** Creating actors over REST. */
@RestController
@RequestMapping("/actors")
class ActorCreationController {

    private final ActorCreation creation;
    private final GetOrCreate getOrCreate;
    private final ActorWaits waits;
    private final ActorViews views;
    private final Placer placer;

    ActorCreationController(
            ActorCreation creation, GetOrCreate getOrCreate, ActorWaits waits, ActorViews views, Placer placer) {
        this.creation = creation;
        this.getOrCreate = getOrCreate;
        this.waits = waits;
        this.views = views;
        this.placer = placer;
    }

    /**
     * Creates an actor. It is {@code pending} or {@code starting} when this answers, unless {@code wait} or {@code
     * network.wait_ready} asks for more.
     */
    @Needs(Scope.ACTORS)
    @PostMapping
    ActorView.One create(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestParam(name = "dry_run", required = false) @Nullable String dryRun,
            @RequestParam(name = "wait", required = false) @Nullable String waitFor,
            @RequestParam(name = "timeout", required = false) @Nullable Long timeoutMs,
            @RequestHeader(name = IdempotencyKey.HEADER, required = false) @Nullable String key,
            @RequestBody CreateActorRequest request) {
        requireNoDryRun(dryRun);
        var type = ActorController.type(endpointType);
        var wait = waits.parse(waitFor, timeoutMs);
        var once = IdempotencyKey.of(caller.environment(), key, "POST /actors", request);
        var created = creation.create(caller, request, once);
        var settled = wait == null && waitsUntilReady(request)
                ? requireStarted(waits.await(created, waits.ready()))
                : waits.await(created, wait);
        return new ActorView.One(views.view(settled, type));
    }

    /** The one live actor that has this key, which is created only if there is none. */
    @Needs(Scope.ACTORS)
    @PutMapping
    ActorView.GetOrCreated getOrCreate(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestParam(name = "wait", required = false) @Nullable String waitFor,
            @RequestParam(name = "timeout", required = false) @Nullable Long timeoutMs,
            @RequestHeader(name = IdempotencyKey.HEADER, required = false) @Nullable String key,
            @RequestBody CreateActorRequest request) {
        var type = ActorController.type(endpointType);
        var wait = waits.parse(waitFor, timeoutMs);
        var once = IdempotencyKey.of(caller.environment(), key, "PUT /actors", request);
        var made = getOrCreate.getOrCreate(caller, request, once);
        var settled = waits.await(made.actor(), wait);
        return new ActorView.GetOrCreated(views.view(settled, type), made.created());
    }

    /** Refuses what the create would refuse, and says where the actor could go. */
    @Needs(Scope.READ)
    @PostMapping(params = "dry_run=true")
    PlacementView dryRun(Caller caller, @RequestBody CreateActorRequest request) {
        var draft = creation.draft(caller.environment(), request);
        creation.requireFree(caller.environment(), request.key());
        var verdicts = placer.verdicts(draft.region(), draft.resources());
        return new PlacementView(
                verdicts.stream().anyMatch(Verdict::fits),
                draft.region(),
                draft.build().toString(),
                new ActorView.Resources(
                        draft.resources().cpuMillicores(), draft.resources().memoryMib()),
                verdicts.stream().map(ActorCreationController::view).toList());
    }

    /** Creates up to 100 actors, all or none. */
    @Needs(Scope.ACTORS)
    @PostMapping("/bulk")
    ManyActors.Created createMany(
            Caller caller,
            @RequestParam(name = "endpoint_type", required = false) @Nullable String endpointType,
            @RequestHeader(name = IdempotencyKey.HEADER, required = false) @Nullable String key,
            @RequestBody ManyActors.CreateRequest request) {
        var type = ActorController.type(endpointType);
        var once = IdempotencyKey.of(caller.environment(), key, "POST /actors/bulk", request);
        var created = creation.createMany(caller, request.actors(), once);
        return new ManyActors.Created(views.views(created, type));
    }

    /** {@code true} has a handler of its own; whatever else someone may write for it must not create. */
    private static void requireNoDryRun(@Nullable String dryRun) {
        if (dryRun != null && !dryRun.equals("false")) {
            throw Problem.badParameter("dry_run", dryRun, "true or false");
        }
    }

    private static boolean waitsUntilReady(CreateActorRequest request) {
        var network = request.network();
        return network != null && Boolean.TRUE.equals(network.waitReady());
    }

    /** The published client knows no states: to it an actor that failed is an error. */
    private static Actor requireStarted(Actor actor) {
        if (actor.state() instanceof Destroyed(var _, var reason, var last) && !reason.equals("completed")) {
            var why = last == null || last.message().isEmpty() ? "" : ": " + last.message();
            throw new Problem(
                            HttpStatus.BAD_REQUEST,
                            "ACTOR_FAILED_TO_CREATE",
                            "the actor did not start (%s)%s".formatted(reason, why))
                    .with("actor", actor.id().toString())
                    .with("reason", reason);
        }
        return actor;
    }

    private static PlacementView.Agent view(Verdict verdict) {
        return new PlacementView.Agent(
                verdict.agent().toString(),
                verdict.region(),
                verdict.fits(),
                verdict.obstacles().stream().map(Verdict.Obstacle::toString).toList());
    }
}
