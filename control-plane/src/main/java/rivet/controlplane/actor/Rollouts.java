package rivet.controlplane.actor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.RolloutRepository.Fate;
import rivet.controlplane.actor.RolloutRepository.RolledBack;
import rivet.controlplane.actor.RolloutRepository.Rollout;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.build.Build;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.tenancy.Environment;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/**
 * The door for the loop that upgrades many actors some at a time: the next ones when all of those before are ready, and none any
 * more when one of them was rolled back. Each is told once, so whatever somebody else has it do later counts. All that it knows is in
 * the rows, so any replica goes on where another stopped.
 */
@Component
public final class Rollouts {

    private static final int LISTED_AT_ONCE = 500;

    private final RolloutRepository repository;
    private final ActorRepository actors;
    private final ActorMoves moves;
    private final ActorRequests requests;
    private final Transactions transactions;

    Rollouts(
            RolloutRepository repository,
            ActorRepository actors,
            ActorMoves moves,
            ActorRequests requests,
            Transactions transactions) {
        this.repository = repository;
        this.actors = actors;
        this.moves = moves;
        this.requests = requests;
        this.transactions = transactions;
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
        return transactions.run(() -> {
            repository.lockBeginning(environment.id());
            repository.supersede(
                    environment.id(),
                    chosen,
                    "upgrade %s gives some of its actors build %s".formatted(id, plan.build()));
            repository.insert(
                    id, environment.id(), plan, chosen, AskedBy.of(caller).text());
            return new Begun(id, chosen.size());
        });
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
        var failed = repository.rolledBack(rollout);
        if (failed.isPresent()) {
            repository.end(rollout.id(), "stopped", said(failed.get()));
            return false;
        }
        var batch = repository.batch(rollout);
        batch.stream()
                .filter(member -> member.fate() == Fate.WAITING)
                .forEach(member -> upgrade(rollout, member.actor()));
        if (batch.stream().anyMatch(member -> member.fate() == Fate.WAITING || member.fate() == Fate.OPEN)) {
            return false;
        }
        if (rollout.begun() == rollout.total()) {
            repository.end(rollout.id(), "done", null);
            return false;
        }
        if (!rollout.settled()) {
            repository.settle(rollout);
            return true;
        }
        if (!rollout.pauseOver()) {
            return false;
        }
        repository.next(rollout);
        return true;
    }

    private static String said(RolledBack failed) {
        return "actor %s has the build before again: %s".formatted(failed.actor(), failed.failure());
    }

    /** That it was told is written with what that changes, as replicas make passes at once, and may end in the midst of one. */
    private void upgrade(Rollout rollout, ActorId id) {
        transactions.run(() -> repository.tell(rollout.id(), id)
                ? moves.change(
                        new AskedBy(rollout.askedBy()),
                        id,
                        actor -> isWanted(rollout, actor)
                                ? actor.upgradedTo(
                                        rollout.build(), rollout.manner().startTimeoutMs())
                                : actor,
                        moment -> isWanted(rollout, moment.actor())
                                ? Optional.of(rollout.manner().event(moment))
                                : Optional.empty())
                : Optional.empty());
    }

    private static boolean isWanted(Rollout rollout, Actor actor) {
        return !actor.state().ending() && !actor.build().equals(rollout.build());
    }
}
