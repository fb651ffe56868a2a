package rivet.controlplane.actor;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.agent.Reservation;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/**
 * One actor.
 *
 * @param resources reserved on the agent that holds it
 * @param generation of its newest start, or one that came after it and that no process has; 0 before the first
 * @param version counts its changes
 * @param startedAt when it last became running
 * @param destroyedAt when its destruction began
 * @param upgrade absent: there is nothing to tell of any
 */
record Actor(
        ActorId id,
        UUID environmentId,
        String region,
        BuildId build,
        Map<String, String> tags,
        ActorSetup setup,
        Reservation resources,
        ActorState state,
        long generation,
        long version,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant destroyedAt,
        @Nullable Upgrade upgrade) {

    Actor with(ActorState next) {
        var assigned = next.assignment().map(Assignment::generation).orElse(generation);
        var begins = next instanceof ActorState.Running && !(state instanceof ActorState.Running);
        var started = begins ? next.since() : startedAt;
        var ended = destroyedAt == null && next.ending() ? next.since() : destroyedAt;
        return new Actor(
                id,
                environmentId,
                region,
                build,
                tags,
                setup,
                resources,
                next,
                assigned,
                version,
                createdAt,
                started,
                ended,
                begins && isTrial(assigned) ? null : upgrade);
    }

    /** Whether it is this start that shows whether its build works. */
    boolean isTrial(long started) {
        return upgrade != null && upgrade.isTriedBy(started);
    }

    /** What was ready before stays what it goes back to, until another has been ready. */
    Actor upgradedTo(BuildId another, @Nullable Long startTimeoutMs) {
        var proven = upgrade != null && upgrade.isOpen() ? upgrade.from() : startedAt == null ? null : build;
        var trial = proven == null || proven.equals(another)
                ? null
                : new Upgrade(proven, another, generation, startTimeoutMs, null);
        return with(another, trial);
    }

    Actor rolledBack(String why) {
        return upgrade == null ? this : with(upgrade.from(), upgrade.failed(why));
    }

    private Actor with(BuildId another, @Nullable Upgrade of) {
        return new Actor(
                id,
                environmentId,
                region,
                another,
                tags,
                setup,
                resources,
                state,
                generation,
                version,
                createdAt,
                startedAt,
                destroyedAt,
                of);
    }

    Actor with(ActorSetup another) {
        return new Actor(
                id,
                environmentId,
                region,
                build,
                tags,
                another,
                resources,
                state,
                generation,
                version,
                createdAt,
                startedAt,
                destroyedAt,
                upgrade);
    }

    /** Another one than that of its newest start: whatever speaks of that is of the past from now on. */
    Actor withGeneration(long next) {
        return with(next, version);
    }

    Actor withVersion(long next) {
        return with(generation, next);
    }

    private Actor with(long anotherGeneration, long anotherVersion) {
        return new Actor(
                id,
                environmentId,
                region,
                build,
                tags,
                setup,
                resources,
                state,
                anotherGeneration,
                anotherVersion,
                createdAt,
                startedAt,
                destroyedAt,
                upgrade);
    }
}
