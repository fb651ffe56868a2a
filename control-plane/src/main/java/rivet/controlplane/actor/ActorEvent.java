package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can happen to an actor. Each carries its time, so that deciding needs no clock. */
sealed interface ActorEvent {

    Instant when();

    /** An agent was found and its room reserved. */
    record Placed(Instant when, Assignment at) implements ActorEvent {}

    /** No agent was found. */
    record NotPlaced(Instant when, ActorState.Waiting reason) implements ActorEvent {}

    /** It may not wait any longer for its first agent. */
    record PlacementTimedOut(Instant when) implements ActorEvent {}

    /** The agent says that all ports accept connections. */
    record Up(Instant when, Assignment from, Map<String, Integer> ports) implements ActorEvent {}

    /** The agent says that nothing of this copy is left. */
    record Down(Instant when, Assignment from, Ending ending, Policy policy) implements ActorEvent {}

    /** Its time of rest after a crash is over. */
    record RetryDue(Instant when) implements ActorEvent {}

    record DestroyRequested(Instant when, Duration grace) implements ActorEvent {}

    /** Its build was changed. */
    record UpgradeRequested(Instant when, Duration grace, UpgradePolicy policy) implements ActorEvent {}

    /** A new build has waited for it to be idle for as long as it may. */
    record UpgradeDue(Instant when, Duration grace) implements ActorEvent {}

    /** The agent says that nobody uses a copy. */
    record Unused(Instant when, Assignment from, Duration grace) implements ActorEvent {}

    /** It is to sleep. */
    record SleepRequested(Instant when, Duration grace) implements ActorEvent {}

    /** The agent says that a copy need not run, or wants to sleep itself. @param why {@code IDLE} or {@code ASKED} */
    record RestWanted(Instant when, Assignment from, ActorState.Then why, Duration grace) implements ActorEvent {}

    /** Somebody wants it: a request to it has come, an alarm is due, or a caller asks. @param why for people; absent: no more to say */
    record WakeRequested(Instant when, @Nullable String why) implements ActorEvent {

        WakeRequested(Instant when) {
            this(when, null);
        }
    }

    /** Its agent is emptied. @param durable whether it is to go on elsewhere */
    record DrainRequested(Instant when, Duration grace, boolean durable) implements ActorEvent {}

    /** Its agent is emptied, and no other has room for it yet. */
    record DrainBlocked(Instant when) implements ActorEvent {}

    /** It need not leave its agent any more. */
    record DrainLifted(Instant when) implements ActorEvent {}

    /**
     * What the actor's creator and this installation decided about crashes.
     *
     * @param onTrial whether its build was never ready and another was before
     */
    record Policy(boolean durable, Backoff backoff, double chance, boolean onTrial) {

        /** Its build has been ready, or there was none before it. */
        Policy(boolean durable, Backoff backoff, double chance) {
            this(durable, backoff, chance, false);
        }
    }
}
