package rivet.controlplane.actor;

import java.util.Map;
import rivet.controlplane.agent.Reservation;

/** A request for an actor that has been checked: all of it is as it will be. */
record ActorDraft(
        Map<String, String> tags, String region, ActorSetup setup, Reservation resources, boolean waitReady) {}
