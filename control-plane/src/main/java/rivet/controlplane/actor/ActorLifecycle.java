package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import rivet.controlplane.actor.ActorEvent.DestroyRequested;
import rivet.controlplane.actor.ActorEvent.Down;
import rivet.controlplane.actor.ActorEvent.DrainBlocked;
import rivet.controlplane.actor.ActorEvent.DrainLifted;
import rivet.controlplane.actor.ActorEvent.DrainRequested;
import rivet.controlplane.actor.ActorEvent.NotPlaced;
import rivet.controlplane.actor.ActorEvent.Placed;
import rivet.controlplane.actor.ActorEvent.PlacementTimedOut;
import rivet.controlplane.actor.ActorEvent.RestWanted;
import rivet.controlplane.actor.ActorEvent.RetryDue;
import rivet.controlplane.actor.ActorEvent.SleepRequested;
import rivet.controlplane.actor.ActorEvent.Unused;
import rivet.controlplane.actor.ActorEvent.Up;
import rivet.controlplane.actor.ActorEvent.UpgradeDue;
import rivet.controlplane.actor.ActorEvent.UpgradeRequested;
import rivet.controlplane.actor.ActorEvent.WakeRequested;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.IdleWait;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Then;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.actor.UpgradePolicy.AtDeadline;
import rivet.protocol.link.DownReason;

/**
 * The whole life of an actor: (state, event) → state. What an agent must do is not here but derived from the state: starting
 * and running are to run, stopping is to stop, all else is no agent's business. A report of a copy that is not the current one
 * is from the past and changes nothing. A successor can only come out of {@code Pending}, and nothing leads back there while
 * an agent may still hold a copy.
 */
final class ActorLifecycle {

    private ActorLifecycle() {}

    static ActorState next(ActorState state, ActorEvent event) {
        return switch (state) {
            case Pending pending -> pending(pending, event);
            case Starting starting -> starting(starting, event);
            case Running running -> running(running, event);
            case CrashBackoff resting -> resting(resting, event);
            case Stopping stopping -> stopping(stopping, event);
            case Sleeping sleeping -> sleeping(sleeping, event);
            case Destroyed destroyed -> destroyed; // final, whatever comes
        };
    }

    private static ActorState pending(Pending state, ActorEvent event) {
        return switch (event) {
            case Placed(var when, var at) -> new Starting(when, at, state.crashes());
            case NotPlaced(var _, var reason) -> new Pending(state.since(), reason, state.crashes(), state.placeBy());
            case PlacementTimedOut(var when) ->
                state.placeBy() == null || when.isBefore(state.placeBy())
                        ? state
                        : new Destroyed(when, "placement_timeout", null);
            case DestroyRequested(var when, var _) -> new Destroyed(when, "destroy_requested", null);
            case SleepRequested(var when, var _) -> asleep(when, Then.SLEEP);
            case UpgradeRequested _,
                    WakeRequested _,
                    RestWanted _,
                    Unused _,
                    UpgradeDue _,
                    Up _,
                    Down _,
                    RetryDue _,
                    DrainRequested _,
                    DrainBlocked _,
                    DrainLifted _ -> state;
        };
    }

    private static ActorState starting(Starting state, ActorEvent event) {
        return switch (event) {
            case Up(var when, var from, var ports) ->
                from.equals(state.at()) ? new Running(when, from, ports, state.crashes()) : state;
            case Down down -> down.from().equals(state.at()) ? notReady(down, state.crashes()) : state;
            case DestroyRequested(var when, var grace) -> new Stopping(when, state.at(), grace, Then.DESTROY);
            case UpgradeRequested(var when, var grace, var policy) ->
                policy instanceof UpgradePolicy.NextStart
                        ? state
                        : new Stopping(when, state.at(), grace, Then.RESTART); // nobody is served by it yet
            case DrainRequested(var when, var grace, var durable) ->
                new Stopping(when, state.at(), grace, leaving(durable));
            case SleepRequested(var when, var grace) -> new Stopping(when, state.at(), grace, Then.SLEEP);
            case Placed _,
                    NotPlaced _,
                    PlacementTimedOut _,
                    RetryDue _,
                    WakeRequested _,
                    RestWanted _,
                    Unused _,
                    UpgradeDue _,
                    DrainBlocked _,
                    DrainLifted _ -> state;
        };
    }

    private static ActorState running(Running state, ActorEvent event) {
        return switch (event) {
            case Down down -> down.from().equals(state.at()) ? ended(down, remembered(state, down)) : state;
            case DestroyRequested(var when, var grace) -> new Stopping(when, state.at(), grace, Then.DESTROY);
            case UpgradeRequested upgrade -> upgraded(state, upgrade);
            case UpgradeDue due -> upgradeDue(state, due);
            case Unused(var when, var from, var grace) ->
                from.equals(state.at()) && state.upgrade() != null
                        ? new Stopping(when, state.at(), grace, Then.RESTART)
                        : state;
            case DrainRequested(var when, var grace, var durable) ->
                new Stopping(when, state.at(), grace, leaving(durable));
            case SleepRequested(var when, var grace) -> new Stopping(when, state.at(), grace, Then.SLEEP);
            case RestWanted(var when, var from, var why, var grace) ->
                from.equals(state.at()) ? new Stopping(when, state.at(), grace, why) : state;
            case DrainBlocked _ -> state.withDrainBlocked(true);
            case DrainLifted _ -> state.withDrainBlocked(false);
            case Placed _, NotPlaced _, PlacementTimedOut _, Up _, RetryDue _, WakeRequested _ -> state;
        };
    }

    private static ActorState resting(CrashBackoff state, ActorEvent event) {
        return switch (event) {
            case RetryDue(var when) ->
                isResting(state, when) ? state : new Pending(when, Waiting.CRASHED, state.crashes());
            case DestroyRequested(var when, var _) -> new Destroyed(when, "destroy_requested", state.last());
            case UpgradeRequested(var when, var _, var policy) ->
                policy instanceof UpgradePolicy.NextStart
                        ? state
                        : new Pending(when, Waiting.UPGRADED, 0); // may well mend the crash
            case SleepRequested(var when, var _) -> asleep(when, Then.SLEEP);
            case Placed _,
                    NotPlaced _,
                    PlacementTimedOut _,
                    Up _,
                    Down _,
                    WakeRequested _,
                    RestWanted _,
                    Unused _,
                    UpgradeDue _,
                    DrainRequested _,
                    DrainBlocked _,
                    DrainLifted _ -> state;
        };
    }

    /** Where the clock has gone back, a rest that is too short does less harm than one of an hour. */
    private static boolean isResting(CrashBackoff state, Instant now) {
        return now.isBefore(state.retryAt()) && !now.isBefore(state.since());
    }

    private static ActorState stopping(Stopping state, ActorEvent event) {
        return switch (event) {
            case Down down -> down.from().equals(state.at()) ? stopped(state, down) : state;
            case DestroyRequested(var _, var grace) ->
                new Stopping(state.since(), state.at(), shorter(state.grace(), grace), Then.DESTROY);
            case SleepRequested _ -> state.then().goesOn() ? followedBy(state, Then.SLEEP) : state;
            case WakeRequested _ -> state.then().sleeps() ? followedBy(state, Then.WAKE) : state;
            case UpgradeRequested upgrade -> hurried(state, upgrade.policy());
            case Placed _,
                    NotPlaced _,
                    PlacementTimedOut _,
                    Up _,
                    RetryDue _,
                    RestWanted _,
                    Unused _,
                    UpgradeDue _,
                    DrainRequested _,
                    DrainBlocked _,
                    DrainLifted _ -> state;
        };
    }

    private static Stopping followedBy(Stopping state, Then then) {
        return new Stopping(state.since(), state.at(), state.grace(), then, state.drain());
    }

    /** Whatever it is started for next, it has the new build then; only when that is can become sooner. */
    private static Stopping hurried(Stopping state, UpgradePolicy policy) {
        return policy instanceof UpgradePolicy.Now
                ? new Stopping(state.since(), state.at(), state.grace(), state.then())
                : state;
    }

    private static ActorState upgraded(Running state, UpgradeRequested upgrade) {
        var when = upgrade.when();
        return switch (upgrade.policy()) {
            case UpgradePolicy.Now _ -> new Stopping(when, state.at(), upgrade.grace(), Then.RESTART);
            case UpgradePolicy.Drain(var atMost) ->
                new Stopping(when, state.at(), upgrade.grace(), Then.RESTART, atMost);
            case UpgradePolicy.WhenIdle(var atMost, var then) ->
                state.withUpgrade(new IdleWait(when, when.plus(atMost), then));
            case UpgradePolicy.NextStart _ -> state.withUpgrade(null);
        };
    }

    /** Where the clock has gone back, an upgrade that comes too soon does less harm than one that does not come. */
    private static ActorState upgradeDue(Running state, UpgradeDue due) {
        var wait = state.upgrade();
        if (wait == null || (due.when().isBefore(wait.until()) && !due.when().isBefore(wait.since()))) {
            return state;
        }
        return upgraded(state, new UpgradeRequested(due.when(), due.grace(), policy(wait.then())));
    }

    private static UpgradePolicy policy(AtDeadline then) {
        return switch (then) {
            case NOW -> UpgradePolicy.NOW;
            case DRAIN -> new UpgradePolicy.Drain(UpgradePolicy.USUAL_DRAIN);
            case NEXT_START -> new UpgradePolicy.NextStart();
        };
    }

    private static ActorState sleeping(Sleeping state, ActorEvent event) {
        return switch (event) {
            case WakeRequested(var when, var _) -> new Pending(when, Waiting.WOKEN, 0);
            case DestroyRequested(var when, var _) -> new Destroyed(when, "destroy_requested", null);
            case Placed _,
                    NotPlaced _,
                    PlacementTimedOut _,
                    Up _,
                    Down _,
                    RetryDue _,
                    SleepRequested _,
                    RestWanted _,
                    Unused _,
                    UpgradeDue _,
                    UpgradeRequested _,
                    DrainRequested _,
                    DrainBlocked _,
                    DrainLifted _ -> state;
        };
    }

    private static Sleeping asleep(Instant when, Then why) {
        return new Sleeping(when, why.why());
    }

    private static Then leaving(boolean durable) {
        return durable ? Then.MOVE : Then.END;
    }

    private static ActorState stopped(Stopping state, Down down) {
        return switch (state.then()) {
            case DESTROY -> new Destroyed(down.when(), "destroy_requested", down.ending());
            case RESTART -> new Pending(down.when(), Waiting.UPGRADED, 0);
            case MOVE -> new Pending(down.when(), Waiting.DRAIN, 0);
            case END -> new Destroyed(down.when(), "drain", down.ending());
            case SLEEP, IDLE, ASKED -> asleep(down.when(), state.then());
            case WAKE -> new Pending(down.when(), Waiting.WOKEN, 0);
        };
    }

    /** One start that fails is enough: a second one would be as long without anybody being served. */
    private static ActorState notReady(Down down, int crashesBefore) {
        return down.policy().onTrial() && !down.ending().byAgent()
                ? new Pending(down.when(), Waiting.ROLLED_BACK, 0)
                : ended(down, crashesBefore);
    }

    /** A copy ended that nobody asked to stop. */
    private static ActorState ended(Down down, int crashesBefore) {
        var ending = down.ending();
        if (ending.completed() || !down.policy().durable()) {
            return new Destroyed(down.when(), ending.code(), ending);
        }
        return ending.byAgent()
                ? new Pending(down.when(), without(ending), crashesBefore)
                : crashed(down, crashesBefore + 1);
    }

    private static Waiting without(Ending ending) {
        return ending.reason() == DownReason.AGENT_LOST ? Waiting.AGENT_LOST : Waiting.AGENT_RESTARTED;
    }

    private static ActorState crashed(Down down, int crashes) {
        var policy = down.policy();
        var delay = policy.backoff().delay(crashes, policy.chance());
        return delay.isZero()
                ? new Pending(down.when(), Waiting.CRASHED, crashes)
                : new CrashBackoff(down.when(), down.when().plus(delay), down.ending(), crashes);
    }

    private static int remembered(Running state, Down down) {
        return ranFor(state.since(), down.when())
                                .compareTo(down.policy().backoff().healthyAfter())
                        >= 0
                ? 0
                : state.crashes();
    }

    private static Duration ranFor(Instant since, Instant until) {
        return Duration.between(since, until);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
