package rivet.controlplane.link;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rivet.protocol.ActorId;
import rivet.protocol.link.ToControlPlane;

/**
 * What one agent's proxy was told of actors that it does not have. Bounded: what is forgotten here the agent finds out by
 * itself, when it asks again or an owner refuses it. Thread-safe.
 */
final class Followed {

    private static final int MOST = 20_000;
    private static final int AT_ONCE = 500;

    /** The version that the agent knows, in the order in which they were looked at last. */
    private final Map<ActorId, Long> told = new LinkedHashMap<>();

    private final Set<ActorId> due = new LinkedHashSet<>();

    /** They are due at once: they may have changed on the way. */
    synchronized void follow(List<ToControlPlane.Followed> actors) {
        for (var actor : actors) {
            told.remove(actor.actor());
            told.put(actor.actor(), actor.version());
            due.add(actor.actor());
        }
        while (told.size() > MOST) {
            told.remove(told.keySet().iterator().next());
        }
    }

    /** @return whether there is something to look at now */
    synchronized boolean moved(ActorId actor) {
        return told.containsKey(actor) && due.add(actor);
    }

    /** Makes those due that were not looked at for longest. @return whether there are any */
    synchronized boolean lookAtOldest() {
        told.keySet().stream().limit(AT_ONCE).forEach(due::add);
        return !due.isEmpty();
    }

    synchronized List<ActorId> takeDue() {
        var some = new ArrayList<>(due.stream().limit(AT_ONCE).toList());
        some.forEach(due::remove);
        return some;
    }

    /** Which of those looked at are not as the agent was told; it is told so now, and follows them no more. */
    synchronized List<ActorId> outdated(Collection<ActorId> looked, Map<ActorId, Long> versions) {
        var outdated = new ArrayList<ActorId>();
        var same = new HashMap<ActorId, Long>();
        for (var actor : looked) {
            var version = told.remove(actor);
            if (version != null && version.equals(versions.get(actor))) {
                same.put(actor, version);
            } else if (version != null) {
                outdated.add(actor);
            }
        }
        told.putAll(same);
        return outdated;
    }
}
