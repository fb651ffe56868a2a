package rivet.controlplane.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.RolloutRepository.Fate;
import rivet.controlplane.actor.RolloutRepository.Member;
import rivet.controlplane.actor.RolloutRepository.Rollout;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.build.Build;
import rivet.controlplane.tenancy.Environment;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/**
 * The door for the loop that upgrades many actors some at a time: the next ones when all of those before are ready, and none any
 * more when one of them was rolled back. All that it knows is in the rows, so any replica goes on where another stopped.
 */
@Component
public final class Rollouts {

    private static final int LISTED_AT_ONCE = 500;

    private final RolloutRepository repository;
    private final ActorRepository actors;
    private final ActorMoves moves;
    private final ActorRequests requests;

    Rollouts(RolloutRepository repository, ActorRepository actors, ActorMoves moves, ActorRequests requests) {
        this.repository = repository;
        this.actors = actors;
        this.moves = moves;
        this.requests = requests;
    }

    /** @param percentage of the actors that have the tags and another build, rounded up @param batchSize at a time */
    record Plan(
            Map<String, String> tags,
            BuildId build,
            ActorRequests.Manner manner,
            int percentage,
            int batchSize,
            long pauseMs) {}

    /** @param count how many are to be upgraded */
    record Begun(UUID id, int count) {}

    Begun begin(Caller caller, Plan plan, Build build) {
        var environment = caller.environment();
        var behind = new ArrayList<ActorId>();
        ActorId last = null;
        List<ActorId> page;
        do {
            page = actors.livingWith(environment.id(), plan.tags(), last, LISTED_AT_ONCE);
            page.stream().filter(id -> isBehind(environment, id, build)).forEach(behind::add);
            last = page.isEmpty() ? null : page.getLast();
        } while (page.size() == LISTED_AT_ONCE);
        var chosen = behind.subList(0, Math.toIntExact((long) behind.size() * plan.percentage() + 99) / 100);
        var id = ActorId.random().value();
        repository.insert(id, environment.id(), plan, chosen, AskedBy.of(caller).text());
        return new Begun(id, chosen.size());
    }

    private boolean isBehind(Environment environment, ActorId id, Build build) {
        return actors.find(id)
                .filter(actor -> actor.environmentId().equals(environment.id()))
                .filter(actor -> !actor.build().equals(build.id()) && requests.isSameKind(actor, build))
                .isPresent();
    }

    /** One pass over all that run. @return whether more can be done at once */
    public boolean pass() {
        var more = false;
        for (var rollout : repository.running()) {
            more |= pass(rollout);
        }
        return more;
    }

    private boolean pass(Rollout rollout) {
        var batch = repository.batch(rollout);
        var failed = batch.stream()
                .filter(member -> member.fate() == Fate.ROLLED_BACK)
                .findFirst();
        if (failed.isPresent()) {
            repository.end(rollout.id(), "stopped", said(failed.get()));
            return false;
        }
        batch.stream().filter(member -> member.fate() == Fate.WAITING).forEach(member -> upgrade(rollout, member));
        if (batch.stream().anyMatch(member -> member.fate() == Fate.WAITING || member.fate() == Fate.OPEN)) {
            return false;
        }
        if (!rollout.settled()) {
            repository.settle(rollout);
            return true;
        }
        if (!rollout.pauseOver()) {
            return false;
        }
        if (rollout.begun() == rollout.total()) {
            repository.end(rollout.id(), "done", null);
        } else {
            repository.next(rollout);
        }
        return true;
    }

    private static String said(Member failed) {
        return "actor %s has the build before again: %s".formatted(failed.actor(), failed.failure());
    }

    /** Looked at again under the lock of its row, as other replicas make passes too. */
    private void upgrade(Rollout rollout, Member member) {
        moves.change(
                new AskedBy(rollout.askedBy()),
                member.actor(),
                actor -> isWanted(rollout, actor)
                        ? actor.upgradedTo(rollout.build(), rollout.manner().startTimeoutMs())
                        : actor,
                moment -> isWanted(rollout, moment.actor())
                        ? Optional.of(rollout.manner().event(moment))
                        : Optional.empty());
    }

    private static boolean isWanted(Rollout rollout, Actor actor) {
        var upgrade = actor.upgrade();
        return !actor.state().ending()
                && !actor.build().equals(rollout.build())
                && (upgrade == null || !upgrade.to().equals(rollout.build()));
    }
}
