package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorEvent.NotPlaced;
import rivet.controlplane.actor.ActorEvent.Placed;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.LostAgents;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.placement.Placement;
import rivet.controlplane.placement.Placer;
import rivet.protocol.ActorId;

/**
 * Moves actors through their life. What a move entails is done in its transaction: the row, the diary, the room on the agent,
 * the revision of the agent's set, and the search for a new agent where the actor needs one. Rows are locked in the order
 * actor, agent.
 */
@Component
final class ActorMoves {

    private static final Logger log = LoggerFactory.getLogger(ActorMoves.class);

    private static final AskedBy PLACING = AskedBy.loop("place-pending");
    private static final AskedBy REPLACING = AskedBy.loop("replace-lost");
    private static final AskedBy RETRYING = AskedBy.loop("restart-due");

    private final ActorRepository repository;
    private final ActorEvents diary;
    private final ActorRuns runs;
    private final Agents agents;
    private final LostAgents lost;
    private final Placer placer;
    private final Transactions transactions;
    private final StartTimes starts;
    private final Wakeups wakeups = new Wakeups();
    private final List<Consumer<ActorId>> listeners = new CopyOnWriteArrayList<>();

    ActorMoves(
            ActorRepository repository,
            ActorEvents diary,
            ActorRuns runs,
            Agents agents,
            LostAgents lost,
            Placer placer,
            Transactions transactions,
            StartTimes starts) {
        this.repository = repository;
        this.diary = diary;
        this.runs = runs;
        this.agents = agents;
        this.lost = lost;
        this.placer = placer;
        this.transactions = transactions;
        this.starts = starts;
    }

    /**
     * A new actor, on an agent at once if one has room.
     *
     * @param draft at version 1, waiting, not stored yet
     * @throws KeyTaken if another actor has its key
     */
    Actor create(AskedBy by, Function<Instant, Actor> draft) {
        return transactions.run(() -> {
            var now = repository.now();
            var waiting = draft.apply(now);
            var placement = placement(waiting, now);
            var created = waiting.with(ActorLifecycle.next(waiting.state(), placement));
            if (!repository.insert(created)) {
                throw new KeyTaken();
            }
            diary.write(waiting, created, placement, by);
            Transactions.afterCommit(() -> told(waiting, created));
            return created;
        });
    }

    /** Something happened to an actor. Empty if there is none. */
    Optional<Actor> move(AskedBy by, ActorId id, Function<ActorRepository.Moment, ActorEvent> happened) {
        return move(by, id, UnaryOperator.identity(), happened);
    }

    /** @param first what else is to change of the actor, whether or not its state does */
    Optional<Actor> move(
            AskedBy by, ActorId id, UnaryOperator<Actor> first, Function<ActorRepository.Moment, ActorEvent> happened) {
        return transactions.run(() -> repository.lock(id).map(moment -> {
            var changed = first.apply(moment.actor());
            var kept = changed.equals(moment.actor()) ? changed : saved(changed);
            return step(kept, happened.apply(moment), by);
        }));
    }

    /** Looks for an agent for an actor that waits. Empty if it is being moved by another just now, or waits no more. */
    Optional<Actor> place(ActorId id) {
        return transactions.run(() -> repository
                .lockIfFree(id)
                .filter(moment -> moment.actor().state() instanceof Pending)
                .map(moment -> step(moment.actor(), placement(moment.actor(), moment.now()), PLACING)));
    }

    void retry(ActorId id) {
        transactions.run(() -> repository
                .lockIfFree(id)
                .map(moment -> step(moment.actor(), new ActorEvent.RetryDue(moment.now()), RETRYING)));
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

    Wakeups.Watch watch(ActorId id) {
        return wakeups.watch(Set.of(id));
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
        var after = saved(before.with(next));
        diary.write(before, after, event, by);
        runs.write(before, after);
        tellAgent(before, after);
        Transactions.afterCommit(() -> told(before, after));
        return next instanceof Pending && !(event instanceof NotPlaced)
                ? step(after, placement(after, event.when()), by)
                : after;
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
        } else if (after.state() instanceof Stopping) {
            agents.setChanged(held.get().agent());
        }
    }

    private ActorEvent placement(Actor actor, Instant now) {
        long begun = System.nanoTime();
        var placement = placer.place(actor.region(), actor.resources());
        starts.placed(Duration.ofNanos(System.nanoTime() - begun));
        return switch (placement) {
            case Placement.On(var agent) -> new Placed(now, new Assignment(agent, actor.generation() + 1));
            case Placement.NoRoom _ -> new NotPlaced(now, Waiting.NO_CAPACITY);
            case Placement.NoAgents _ -> new NotPlaced(now, Waiting.NO_AGENTS_IN_REGION);
        };
    }

    private void told(Actor before, Actor after) {
        log.atInfo()
                .addKeyValue("actor", after.id())
                .addKeyValue("from", before.state().status())
                .addKeyValue("to", after.state().status())
                .addKeyValue("reason", after.state().why())
                .addKeyValue("generation", after.generation())
                .log("an actor moved");
        starts.moved(before, after);
        wakeups.tell(after.id());
        listeners.forEach(listener -> listener.accept(after.id()));
    }
}
