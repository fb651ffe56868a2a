package rivet.controlplane.placement;

import rivet.protocol.AgentId;

/** Where an actor goes. */
public sealed interface Placement {

    /** Room is reserved there. */
    record On(AgentId agent) implements Placement {}

    /** No agent of the region has this much room. */
    record NoRoom() implements Placement {}

    /** No agent of the region lives. */
    record NoAgents() implements Placement {}

    /** All agents of the region that live are cordoned. */
    record AllCordoned() implements Placement {}
}
