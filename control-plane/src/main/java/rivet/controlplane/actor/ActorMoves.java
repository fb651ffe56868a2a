package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorEvent.NotPlaced;
import rivet.controlplane.actor.ActorEvent.Placed;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.IdleWait;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.Drains;
import rivet.controlplane.agent.Drains.Draining;
import rivet.controlplane.agent.Drains.Outcome;
import rivet.controlplane.agent.LostAgents;
import rivet.controlplane.database.Failovers;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.ingress.Ingress;
import rivet.controlplane.placement.Placement;
import rivet.controlplane.placement.Placer;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;

/**
 * Moves actors through their life. What a move entails is done in its transaction: the row, the diary, the room on the agent,
 * the revision of the agent's set, and the search for a new agent where the actor needs one. Rows are locked in the order
 * actor, agent.
 */
@Component
final class ActorMoves {

    private static final Logger log = LoggerFactory.getLogger(ActorMoves.class);

    private static final AskedBy PLACING = AskedBy.loop("place-pending");
    private static final AskedBy DRAINING = AskedBy.loop("drain-agents");
    private static final AskedBy REPLACING = AskedBy.loop("replace-lost");
    private static final AskedBy RETRYING = AskedBy.loop("restart-due");
    private static final AskedBy UPGRADING = AskedBy.loop("upgrade-due");

    private final ActorRepository repository;
    private final ActorEvents diary;
    private final ActorRuns runs;
    private final Agents agents;
    private final LostAgents lost;
    private final Drains drains;
    private final Placer placer;
    private final Ingress ingress;
    private final Transactions transactions;
    private final StartTimes starts;
    private final Failovers failovers;
    private final Wakeups wakeups = new Wakeups();
    private final List<Consumer<ActorId>> listeners = new CopyOnWriteArrayList<>();

    ActorMoves(
            ActorRepository repository,
            ActorEvents diary,
            ActorRuns runs,
            Agents agents,
            LostAgents lost,
            Drains drains,
            Placer placer,
            Ingress ingress,
            Transactions transactions,
            StartTimes starts,
            Failovers failovers) {
        this.repository = repository;
        this.diary = diary;
        this.runs = runs;
        this.agents = agents;
        this.lost = lost;
        this.drains = drains;
        this.placer = placer;
        this.ingress = ingress;
        this.transactions = transactions;
        this.starts = starts;
        this.failovers = failovers;
    }

    /**
     * A new actor, on an agent at once if one has room and nobody waits for that.
     *
     * @param actor at version 1, waiting, not stored yet
     * @throws KeyTaken if another actor has its key
     */
    Actor create(AskedBy by, ActorDraft draft, Function<Instant, Actor> actor) {
        return transactions.run(() -> {
            var arrival = repository.arrival(draft.region(), draft.resources());
            var waiting = actor.apply(arrival.now());
            var placement = arrival.behindOthers()
                    ? event(placer.none(draft.region()), waiting, arrival.now())
                    : placement(waiting, arrival.now());
            var placed = waiting.with(ActorLifecycle.next(waiting.state(), placement));
            requireAnAgentWhereItMayNotWait(placed);
            var created = numbered(placed);
            if (!repository.insert(created)) {
                throw new KeyTaken();
            }
            diary.write(waiting, created, placement, by);
            Transactions.afterCommit(() -> told(waiting, created, placement, by));
            return created;
        });
    }

    /** Something happened to an actor. Empty if there is none. */
    Optional<Actor> move(AskedBy by, ActorId id, Function<ActorRepository.Moment, ActorEvent> happened) {
        return move(by, id, UnaryOperator.identity(), happened);
    }

    /** Empty as well if it is being moved by another just now. */
    Optional<Actor> moveIfFree(AskedBy by, ActorId id, Function<ActorRepository.Moment, ActorEvent> happened) {
        return transactions.run(
                () -> repository.lockIfFree(id).map(moment -> step(moment.actor(), happened.apply(moment), by)));
    }

    /** @param first what else is to change of the actor, whether or not its state does */
    Optional<Actor> move(
            AskedBy by, ActorId id, UnaryOperator<Actor> first, Function<ActorRepository.Moment, ActorEvent> happened) {
        return change(by, id, first, happened.andThen(Optional::of));
    }

    /** @param happened empty: nothing did, as seen before anything of the actor was changed */
    Optional<Actor> change(
            AskedBy by,
            ActorId id,
            UnaryOperator<Actor> first,
            Function<ActorRepository.Moment, Optional<ActorEvent>> happened) {
        return transactions.run(() -> repository.lock(id).map(moment -> {
            var event = happened.apply(moment);
            var changed = first.apply(moment.actor());
            var kept = changed.equals(moment.actor()) ? changed : saved(changed);
            return event.map(one -> step(kept, one, by)).orElse(kept);
        }));
    }

    /** Kept until the actor is destroyed, wherever it runs meanwhile: the world knows it by these numbers. */
    private Actor numbered(Actor actor) {
        if (!actor.setup().hasIngress()) {
            return actor;
        }
        var ports = new TreeMap<>(actor.setup().ports());
        ports.replaceAll((name, port) -> port.protocol().isHttp()
                ? port
                : port.withIngress(
                        ingress.reserve(new Ingress.Wanted(actor.region(), actor.id(), name, port.protocol()))));
        return actor.with(actor.setup().with(ports));
    }

    private static void requireAnAgentWhereItMayNotWait(Actor created) {
        if (created.state() instanceof Pending(var _, var reason, var _, var _)
                && Duration.ZERO.equals(created.setup().placementTimeout())) {
            throw new Problem(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "ACTOR_NOT_PLACED",
                            "no agent of region '%s' takes it now (%s), and it may not wait; nothing was created"
                                    .formatted(created.region(), reason))
                    .at("lifecycle.placement_timeout")
                    .with("reason", reason.toString());
        }
    }

    /**
     * Looks for an agent for an actor that waits. Empty if it is being moved by another just now, waits no more, or has to
     * let another go first.
     */
    Optional<Actor> place(ActorId id) {
        return transactions.run(() -> repository
                .lockIfFree(id)
                .filter(moment -> moment.actor().state() instanceof Pending)
                .filter(moment -> !repository.isBehindOthers(moment.actor()))
                .map(moment -> step(moment.actor(), placement(moment.actor(), moment.now()), PLACING)));
    }

    /** A time has come that the actor's state names. */
    void due(ActorId id) {
        transactions.run(() -> repository.lockIfFree(id).map(moment -> due(moment.actor(), moment.now())));
    }

    private Actor due(Actor actor, Instant now) {
        return switch (actor.state()) {
            case Pending _ -> step(actor, new ActorEvent.PlacementTimedOut(now), PLACING);
            case Running _ ->
                step(actor, new ActorEvent.UpgradeDue(now, actor.setup().grace()), UPGRADING);
            case Starting _, CrashBackoff _, Stopping _, Sleeping _, Destroyed _ ->
                step(actor, new ActorEvent.RetryDue(now), RETRYING);
        };
    }

    /** Takes an actor from an agent that is lost, unless that has come back by now. */
    void replace(ActorId id, Function<ActorRepository.Moment, ActorEvent> loss) {
        transactions.run(() -> repository
                .lockIfFree(id)
                .filter(moment -> moment.actor()
                        .state()
                        .assignment()
                        .filter(at -> lost.lockLost(at.agent()))
                        .isPresent())
                .map(moment -> step(moment.actor(), loss.apply(moment), REPLACING)));
    }

    /**
     * Something about the emptying of the agent that has the actor, unless that is over by now.
     *
     * @param happened given how that agent is emptied; empty: nothing
     */
    void drain(ActorId id, AgentId from, BiFunction<ActorRepository.Moment, Draining, Optional<ActorEvent>> happened) {
        transactions.run(() -> repository
                .lockIfFree(id)
                .filter(moment -> moment.actor()
                        .state()
                        .assignment()
                        .filter(at -> at.agent().equals(from))
                        .isPresent())
                .flatMap(moment -> drains.lock(from)
                        .flatMap(draining -> happened.apply(moment, draining))
                        .map(event -> step(moment.actor(), event, DRAINING))));
    }

    /** The agent that has the actor is not emptied any more. */
    void lift(ActorId id) {
        transactions.run(() -> repository
                .lockIfFree(id)
                .map(moment -> step(moment.actor(), new ActorEvent.DrainLifted(moment.now()), DRAINING)));
    }

    /**
     * Makes all that its newest start may still say a matter of the past, by a generation that no process has. Nobody moves the actor
     * until the transaction ends.
     *
     * @param required throws if the actor must be left as it is; no agent holds those that may be meant
     */
    Actors.Superseded supersede(ActorId id, Consumer<Actor> required) {
        return transactions.run(() -> {
            var actor = repository
                    .lock(id)
                    .orElseThrow(() -> ActorRequests.absent(id.toString()))
                    .actor();
            required.accept(actor);
            var after = saved(actor.withGeneration(generation(actor)));
            return new Actors.Superseded(actor.generation(), after.generation());
        });
    }

    static void requireAsleep(Actor actor) {
        if (actor.state().ending()) {
            throw ActorRequests.destroyed(actor.id());
        }
        if (!(actor.state() instanceof Sleeping)) {
            throw Problem.conflict(
                    "ACTOR_NOT_ASLEEP",
                    "actor: it is %s (expected: sleeping; POST /actors/%s/sleep puts it to sleep)"
                            .formatted(actor.state().status(), actor.id()));
        }
    }

    Wakeups.Watch watch(ActorId id) {
        return wakeups.watch(Set.of(id));
    }

    /** Something was written to an actor's diary that moves it nowhere. */
    void noted(ActorId id) {
        listeners.forEach(listener -> listener.accept(id));
    }

    /** Told after the commit. */
    void onMoved(Consumer<ActorId> listener) {
        listeners.add(listener);
    }

    private Actor step(Actor before, ActorEvent event, AskedBy by) {
        var next = ActorLifecycle.next(before.state(), event);
        if (next.equals(before.state())) {
            return before;
        }
        var changed = rolledBackWhereItFailed(before.with(next), event);
        var isToBePlaced = next instanceof Pending && !(event instanceof NotPlaced);
        var after = isToBePlaced ? changed : saved(changed);
        diary.write(before, after, event, by);
        runs.write(before, after);
        tellAgent(before, after);
        if (next instanceof Destroyed && after.setup().hasIngress()) {
            ingress.release(after.region(), after.id());
        }
        Transactions.afterCommit(() -> told(before, after, event, by));
        var settled = isToBePlaced ? placed(after, event.when(), by) : after;
        countDrained(before.state(), settled.state());
        return settled;
    }

    /** The row is written once, as it is when that is decided. */
    private Actor placed(Actor waiting, Instant now, AskedBy by) {
        var decided = step(waiting, placement(waiting, now), by);
        return decided.state().equals(waiting.state()) ? saved(waiting) : decided;
    }

    private static Actor rolledBackWhereItFailed(Actor actor, ActorEvent event) {
        return event instanceof ActorEvent.Down down
                        && actor.state() instanceof Pending(var _, var reason, var _, var _)
                        && reason == Waiting.ROLLED_BACK
                ? actor.rolledBack(down.ending().message())
                : actor;
    }

    private void countDrained(ActorState before, ActorState after) {
        if (before instanceof Stopping(var _, var from, var _, var then, var _) && !(after instanceof Stopping)) {
            switch (then) {
                case MOVE -> drains.count(from.agent(), after instanceof Pending ? Outcome.FAILED : Outcome.MOVED);
                case END -> drains.count(from.agent(), Outcome.ENDED);
                case DESTROY, RESTART, SLEEP, IDLE, ASKED, WAKE -> {} // would have been without the drain
            }
        }
    }

    private Actor saved(Actor actor) {
        repository.save(actor);
        return actor.withVersion(actor.version() + 1);
    }

    /** Placing has told the agent already; a start that becomes running changes nothing for it. */
    private void tellAgent(Actor before, Actor after) {
        var held = before.state().assignment();
        if (held.isEmpty()) {
            return;
        }
        if (after.state().assignment().isEmpty()) {
            agents.release(held.get().agent(), before.resources());
        } else if (after.state() instanceof Stopping || !Objects.equals(waiting(before), waiting(after))) {
            agents.setChanged(held.get().agent());
        }
    }

    private static @Nullable IdleWait waiting(Actor actor) {
        return actor.state() instanceof Running running ? running.upgrade() : null;
    }

    private ActorEvent placement(Actor actor, Instant now) {
        long begun = System.nanoTime();
        var placement = placer.place(actor.region(), actor.resources());
        starts.placed(Duration.ofNanos(System.nanoTime() - begun));
        return event(placement, actor, now);
    }

    private ActorEvent event(Placement placement, Actor actor, Instant now) {
        return switch (placement) {
            case Placement.On(var agent) -> new Placed(now, new Assignment(agent, generation(actor)));
            case Placement.NoRoom _ -> new NotPlaced(now, Waiting.NO_CAPACITY);
            case Placement.NoAgents _ -> new NotPlaced(now, Waiting.NO_AGENTS_IN_REGION);
            case Placement.AllCordoned _ -> new NotPlaced(now, Waiting.ALL_CORDONED);
        };
    }

    /** Never given before, also by a Postgres that this one is a copy of. */
    private long generation(Actor actor) {
        return Math.max(actor.generation(), failovers.given()) + 1;
    }

    private void told(Actor before, Actor after, ActorEvent event, AskedBy by) {
        log.atInfo()
                .addKeyValue("actor", after.id())
                .addKeyValue("from", before.state().status())
                .addKeyValue("to", after.state().status())
                .addKeyValue("reason", after.state().why())
                .addKeyValue("generation", after.generation())
                .log("an actor moved");
        starts.moved(before, after, event, by);
        wakeups.tell(after.id());
        listeners.forEach(listener -> listener.accept(after.id()));
    }
}
