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
 * @param generation of its newest start; 0 before the first
 * @param version counts its changes
 * @param startedAt when it last became running
 * @param destroyedAt when its destruction began
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
        @Nullable Instant destroyedAt) {

    Actor with(ActorState next) {
        var assigned = next.assignment().map(Assignment::generation).orElse(generation);
        var started =
                next instanceof ActorState.Running && !(state instanceof ActorState.Running) ? next.since() : startedAt;
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
                ended);
    }

    Actor with(BuildId another) {
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
                destroyedAt);
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
                destroyedAt);
    }

    Actor withVersion(long next) {
        return new Actor(
                id,
                environmentId,
                region,
                build,
                tags,
                setup,
                resources,
                state,
                generation,
                next,
                createdAt,
                startedAt,
                destroyedAt);
    }
}
