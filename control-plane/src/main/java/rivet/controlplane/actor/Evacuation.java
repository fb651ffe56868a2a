package rivet.controlplane.actor;

import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorRepository.Moment;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.DrainSettings;
import rivet.controlplane.agent.Drains;
import rivet.controlplane.agent.Drains.Draining;
import rivet.controlplane.agent.Reservation;

/**
 * The door for the loop that has actors leave the agents that are to be emptied: some at a time, and those that are to go on
 * only while another agent has room for them. All that it knows is in the rows, so any replica goes on where another stopped.
 */
@Component
public final class Evacuation {

    private static final int AT_ONCE = 1000;

    private final DrainRepository repository;
    private final ActorMoves moves;
    private final Agents agents;
    private final Drains drains;
    private final DrainSettings settings;
    private volatile boolean busy;

    Evacuation(DrainRepository repository, ActorMoves moves, Agents agents, Drains drains, DrainSettings settings) {
        this.repository = repository;
        this.moves = moves;
        this.agents = agents;
        this.drains = drains;
        this.settings = settings;
    }

    /** One pass over all agents that are to be emptied. @return whether more can be done at once */
    public boolean pass() {
        repository.blockedForNothing(AT_ONCE).forEach(moves::lift);
        var all = drains.all();
        busy = !all.isEmpty();
        all.forEach(this::pass);
        return false;
    }

    /** Whether the last pass found an agent that is to be emptied. */
    public boolean isBusy() {
        return busy;
    }

    private void pass(Draining draining) {
        var staying = repository.staying(draining.agent(), AT_ONCE);
        if (staying.isEmpty()) {
            return;
        }
        var plan = draining.overdue() ? all(staying) : plan(draining, staying);
        plan.go().forEach(id -> moves.drain(id, draining.agent(), this::stop));
        plan.blocked().forEach(id -> moves.drain(id, draining.agent(), Evacuation::block));
    }

    private static DrainPlan all(List<DrainPlan.Staying> staying) {
        return new DrainPlan(staying.stream().map(DrainPlan.Staying::id).toList(), List.of());
    }

    private DrainPlan plan(Draining draining, List<DrainPlan.Staying> staying) {
        var free = agents.candidates(draining.region()).stream()
                .filter(agent -> agent.fresh() && !agent.cordoned())
                .map(agent -> new Reservation(agent.cpuMillicores(), agent.memoryMib()))
                .toList();
        var most = Math.max(0, settings.batch() - repository.stopping(draining.agent()));
        return DrainPlan.of(free, repository.promised(draining.region()), staying, most);
    }

    /** Looked at again under the lock of the agent's row, as other replicas make passes too. */
    private Optional<ActorEvent> stop(Moment moment, Draining draining) {
        var actor = moment.actor();
        var leaves = actor.state() instanceof Starting || actor.state() instanceof Running;
        if (!leaves || (!draining.overdue() && repository.stopping(draining.agent()) >= settings.batch())) {
            return Optional.empty();
        }
        return Optional.of(new ActorEvent.DrainRequested(
                moment.now(), actor.setup().grace(), actor.setup().durable()));
    }

    private static Optional<ActorEvent> block(Moment moment, Draining draining) {
        return Optional.of(new ActorEvent.DrainBlocked(moment.now()));
    }
}
