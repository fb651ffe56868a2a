package rivet.controlplane.actor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import rivet.controlplane.agent.Reservation;
import rivet.protocol.ActorId;

/**
 * Whom of an agent's actors to stop now, so that each that is to go on elsewhere probably finds room there. What is free on
 * other agents may be gone when it arrives: then it waits, as it would have if it had come a moment later.
 *
 * @param go to be stopped
 * @param blocked to be left, as no other agent has room; without those that say so already
 */
record DrainPlan(List<ActorId> go, List<ActorId> blocked) {

    /** An actor that is still there. @param blocked whether it says already that it has no other place */
    record Staying(ActorId id, Reservation needs, boolean durable, boolean blocked) {}

    /**
     * @param free on each of the other agents
     * @param promised what those need that are on their way to one of them
     * @param staying those that are still there
     * @param most how many may be stopped
     */
    static DrainPlan of(List<Reservation> free, List<Reservation> promised, List<Staying> staying, int most) {
        var room = new ArrayList<>(free);
        promised.forEach(needs -> take(room, needs));
        var plan = new DrainPlan(new ArrayList<>(), new ArrayList<>());
        for (var actor : staying) {
            if (plan.go.size() == most) {
                break;
            }
            if (!actor.durable() || take(room, actor.needs())) {
                plan.go.add(actor.id());
            } else if (!actor.blocked()) {
                plan.blocked.add(actor.id());
            }
        }
        return plan;
    }

    /** As a placement would: where most memory is free. @return false if it fits nowhere */
    private static boolean take(List<Reservation> room, Reservation needs) {
        var best = room.stream()
                .filter(free -> free.cpuMillicores() >= needs.cpuMillicores() && free.memoryMib() >= needs.memoryMib())
                .max(Comparator.comparingInt(Reservation::memoryMib));
        best.ifPresent(free -> room.set(
                room.indexOf(free),
                new Reservation(free.cpuMillicores() - needs.cpuMillicores(), free.memoryMib() - needs.memoryMib())));
        return best.isPresent();
    }
}
