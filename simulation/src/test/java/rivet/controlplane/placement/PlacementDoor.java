package rivet.controlplane.placement;

import rivet.controlplane.agent.Agents;

/** What the simulation builds of this room. */
public final class PlacementDoor {

    private PlacementDoor() {}

    public static Placer placer(Agents agents) {
        return new Placer(agents);
    }
}
