package rivet.controlplane.actor;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
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

    private final ActorRepository repository;
    private final ActorEvents diary;
    private final Agents agents;
    private final Placer placer;
    private final Transactions transactions;
    private final Wakeups wakeups = new Wakeups();

    ActorMoves(ActorRepository repository, ActorEvents diary, Agents agents, Placer placer, Transactions transactions) {
        this.repository = repository;
        this.diary = diary;
        this.agents = agents;
        this.placer = placer;
        this.transactions = transactions;
    }

    /**
     * A new actor, on an agent at once if one has room.
     *
     * @param draft at version 1, waiting, not stored yet
     * @throws KeyTaken if another actor has its key
     */
    Actor create(Function<Instant, Actor> draft) {
        return transactions.run(() -> {
            var now = repository.now();
            var waiting = draft.apply(now);
            var created = waiting.with(ActorLifecycle.next(waiting.state(), placement(waiting, now)));
            if (!repository.insert(created)) {
                throw new KeyTaken();
            }
            diary.write(waiting, created, null);
            Transactions.afterCommit(() -> told(waiting, created));
            return created;
        });
    }

    /** Something happened to an actor. Empty if there is none. */
    Optional<Actor> move(ActorId id, Function<ActorRepository.Moment, ActorEvent> happened) {
        return move(id, UnaryOperator.identity(), happened);
    }

    /** @param first what else is to change of the actor, whether or not its state does */
    Optional<Actor> move(
            ActorId id, UnaryOperator<Actor> first, Function<ActorRepository.Moment, ActorEvent> happened) {
        return transactions.run(() -> repository.lock(id).map(moment -> {
            var changed = first.apply(moment.actor());
            var kept = changed.equals(moment.actor()) ? changed : saved(changed);
            return step(kept, happened.apply(moment));
        }));
    }

    /** Looks for an agent for an actor that waits. Empty if it is being moved by another just now, or waits no more. */
    Optional<Actor> place(ActorId id) {
        return transactions.run(() -> repository
                .lockIfFree(id)
                .filter(moment -> moment.actor().state() instanceof Pending)
                .map(moment -> step(moment.actor(), placement(moment.actor(), moment.now()))));
    }

    void retry(ActorId id) {
        transactions.run(() ->
                repository.lockIfFree(id).map(moment -> step(moment.actor(), new ActorEvent.RetryDue(moment.now()))));
    }

    Wakeups.Watch watch(ActorId id) {
        return wakeups.watch(Set.of(id));
    }

    private Actor step(Actor before, ActorEvent event) {
        var next = ActorLifecycle.next(before.state(), event);
        if (next.equals(before.state())) {
            return before;
        }
        var after = saved(before.with(next));
        diary.write(before, after, event);
        tellAgent(before, after);
        Transactions.afterCommit(() -> told(before, after));
        return next instanceof Pending && !(event instanceof NotPlaced)
                ? step(after, placement(after, event.when()))
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
        return switch (placer.place(actor.region(), actor.resources())) {
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
        wakeups.tell(after.id());
    }
}
