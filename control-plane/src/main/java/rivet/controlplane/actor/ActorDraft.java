package rivet.controlplane.actor;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.agent.Reservation;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;

/** A request for an actor that has been checked: all of it is as it will be. */
record ActorDraft(BuildId build, Map<String, String> tags, String region, ActorSetup setup, Reservation resources) {

    /** Not stored yet, and waiting for an agent. */
    Actor actor(UUID environment, Instant now) {
        var atMost = setup.placementTimeout();
        var waiting = new Pending(now, Waiting.QUEUED, 0, atMost == null ? null : now.plus(atMost));
        return new Actor(
                ActorId.random(),
                environment,
                region,
                build,
                tags,
                setup,
                resources,
                waiting,
                0,
                1,
                now,
                null,
                null,
                null);
    }
}
