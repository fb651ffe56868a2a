package rivet.controlplane.actor;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.agent.LostAgents;
import rivet.controlplane.placement.Placer;
import rivet.controlplane.tenancy.Environment;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorEventView;

/** The door for explaining actors: what their state means, for people. */
@Component
public final class Explanations {

    private static final String BLOCKED =
            " That is drained, but no other agent has room for the actor: it stays until one has, or the drain's deadline has come.";

    private static final String KEPT =
            " Then what is in its directory is brought to the control plane, and its end is not told before.";

    private final ActorRequests requests;
    private final ActorEvents diary;
    private final LostAgents lost;
    private final Placer placer;
    private final ActorQueue queue;

    Explanations(ActorRequests requests, ActorEvents diary, LostAgents lost, Placer placer, ActorQueue queue) {
        this.requests = requests;
        this.diary = diary;
        this.lost = lost;
        this.placer = placer;
        this.queue = queue;
    }

    /**
     * @param nextAttemptAt absent where that is not a matter of time
     * @param queuePosition absent where it does not wait for an agent
     * @param placeBy absent where it waits as long as it takes
     */
    public record Explanation(
            ActorId actor,
            String state,
            @Nullable String reason,
            Instant since,
            String message,
            long generation,
            @Nullable String agent,
            @Nullable Instant nextAttemptAt,
            @Nullable Integer queuePosition,
            @Nullable Instant placeBy,
            @Nullable Integer exitCode) {}

    /**
     * @param rests whether no agent holds a copy of it: none runs, and none is about to
     * @param generation of its newest start, or a later one that no process has; 0: it never ran
     */
    public record Status(ActorId actor, String state, boolean rests, long generation) {}

    public Status status(Environment environment, String id) {
        return status(requests.get(environment, ActorController.parse(id)));
    }

    static Status status(Actor actor) {
        return new Status(
                actor.id(), actor.state().status(), actor.state().assignment().isEmpty(), actor.generation());
    }

    public Explanation of(Environment environment, String id) {
        var actor = requests.get(environment, ActorController.parse(id));
        var state = actor.state();
        var ending = diary.lastEnding(actor.id()).orElse(null);
        var position = queue.positions(List.of(actor)).get(actor.id());
        return new Explanation(
                actor.id(),
                state.status(),
                state.why(),
                state.since(),
                sentence(actor, ending == null ? "" : ended(ending))
                        + upgraded(actor)
                        + warning(state)
                        + queued(actor, position),
                actor.generation(),
                state.assignment().map(at -> at.agent().toString()).orElse(null),
                state instanceof CrashBackoff resting ? resting.retryAt() : null,
                position,
                state instanceof Pending pending ? pending.placeBy() : null,
                ending == null ? null : ending.exitCode());
    }

    private static String upgraded(Actor actor) {
        var upgrade = actor.upgrade();
        if (upgrade == null || actor.state() instanceof Destroyed) {
            return "";
        }
        return upgrade.isOpen()
                ? " It was upgraded to build %s%s; if that is not ready at its first start, it goes back to build %s."
                        .formatted(upgrade.to(), waits(actor.state()), upgrade.from())
                : " Its upgrade to build %s was rolled back to build %s: %s."
                        .formatted(upgrade.to(), upgrade.from(), upgrade.failure());
    }

    private static String waits(ActorState state) {
        if (!(state instanceof Running running)) {
            return "";
        }
        var wait = running.upgrade();
        return wait == null
                ? ", which is started when it is started next"
                : ", which waits until it is idle since %s, at most until %s (and then: %s)"
                        .formatted(wait.since(), wait.until(), wait.then());
    }

    private String queued(Actor actor, @Nullable Integer position) {
        if (!(actor.state() instanceof Pending pending)) {
            return "";
        }
        var place = position == null ? "" : " It is number %d in the queue of its region.".formatted(position);
        var end =
                pending.placeBy() == null ? "" : " If it has none by %s it is destroyed.".formatted(pending.placeBy());
        return "%s%s %s".formatted(place, end, Shortfall.of(placer.verdictsWithin(actor.region(), actor.resources())));
    }

    private String warning(ActorState state) {
        return state.assignment()
                .flatMap(at -> lost.warning(at.agent()))
                .map(warning -> " " + warning)
                .orElse("");
    }

    /** @param ended a sentence about its last copy; empty if none has ended */
    static String sentence(Actor actor, String ended) {
        return switch (actor.state()) {
            case Pending(var _, var reason, var _, var _) -> waiting(actor, reason) + ended;
            case Starting(var since, var at, var _) ->
                "Agent %s has been starting it since %s: it fetches the build, starts the process and waits until all ports accept connections."
                                .formatted(at.agent(), since)
                        + ended;
            case Running(var since, var at, var _, var _, var blocked, var _) ->
                "It has been running since %s on agent %s.%s".formatted(since, at.agent(), blocked ? BLOCKED : "")
                        + ended;
            case CrashBackoff(var _, var retryAt, var _, var crashes) ->
                "It ended unexpectedly %d times in a row and is started again at %s.".formatted(crashes, retryAt)
                        + ended;
            case Stopping stopping -> stopping(stopping) + (actor.setup().dirQuotaBytes() == null ? "" : KEPT);
            case Sleeping(var since, var reason) -> sleeping(actor, since, reason) + ended;
            case Destroyed(var since, var reason, var _) ->
                "It was destroyed at %s (%s) and will not run again.".formatted(since, reason) + ended;
        };
    }

    private static String waiting(Actor actor, ActorState.Waiting reason) {
        var why = switch (reason) {
            case NO_AGENTS_IN_REGION -> "no agent of region '%s' is connected".formatted(actor.region());
            case NO_CAPACITY ->
                "no agent of region '%s' has %d millicores and %d MiB free"
                        .formatted(
                                actor.region(),
                                actor.resources().cpuMillicores(),
                                actor.resources().memoryMib());
            case ALL_CORDONED -> "all connected agents of region '%s' are cordoned".formatted(actor.region());
            case QUEUED -> "it has not been looked at yet";
            case CRASHED -> "it crashed and has no agent yet";
            case AGENT_RESTARTED -> "its agent went away with it";
            case AGENT_LOST -> "its agent was silent for so long that it is given up for lost";
            case UPGRADED -> "it was upgraded and has no agent yet";
            case ROLLED_BACK -> "its new build did not become ready, and it goes back to the one before";
            case DRAIN -> "its agent was drained";
            case WOKEN -> "it slept and is wanted again";
        };
        return "It waits for an agent: %s. It is placed as soon as one has room.".formatted(why);
    }

    private static String stopping(Stopping state) {
        var drain = state.drain();
        return "Agent %s has been stopping it since %s, for %s;%s what is left after a grace of %d ms is killed."
                .formatted(
                        state.at().agent(),
                        state.since(),
                        switch (state.then()) {
                            case DESTROY -> "it is to be destroyed";
                            case RESTART -> "it is to be started again with another build";
                            case MOVE -> "its agent is drained, and it is to be started again on another";
                            case END -> "its agent is drained, and it is not durable";
                            case SLEEP -> "it is to sleep until somebody wants it";
                            case IDLE ->
                                "nobody has used it for its idle timeout, and it is to sleep until somebody wants it";
                            case ASKED -> "it asks to sleep until somebody wants it";
                            case WAKE ->
                                "it was to sleep, and is to be started again at once because somebody wants it";
                        },
                        drain == null
                                ? ""
                                : " its requests and connections may first go on for at most %d ms, and new ones are held;"
                                        .formatted(drain.toMillis()),
                        state.grace().toMillis());
    }

    private static String sleeping(Actor actor, Instant since, String reason) {
        return "It has been asleep since %s (%s): it has no process and takes no room. A request or a connection to one of its ports wakes it, and so does POST /actors/%s/wake."
                .formatted(since, reason, actor.id());
    }

    private static String ended(ActorEventView last) {
        var how = last.exitCode() == null ? "" : ", exit code %d".formatted(last.exitCode());
        var words = last.message() == null ? "" : ": " + last.message();
        return " Generation %d ended at %s (%s%s)%s"
                .formatted(last.generation(), last.time(), last.reason(), how, words);
    }
}
