package rivet.agent.proxy;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import rivet.protocol.ActorId;

/** The WebSockets here that outlive their actors' processes, so that a change of an actor finds its own. Thread-safe. */
final class HibernatingSockets {

    private final Map<ActorId, Set<HibernatingSocket>> byActor = new ConcurrentHashMap<>();

    void add(ActorId actor, HibernatingSocket socket) {
        byActor.compute(actor, (_, known) -> {
            Set<HibernatingSocket> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            all.add(socket);
            return all;
        });
    }

    void remove(ActorId actor, HibernatingSocket socket) {
        byActor.computeIfPresent(actor, (_, all) -> {
            all.remove(socket);
            return all.isEmpty() ? null : all;
        });
    }

    /** Something is another with an actor of this agent; what, the route table says. */
    void changed(ActorId actor) {
        byActor.getOrDefault(actor, Set.of()).forEach(HibernatingSocket::lookAgain);
    }

    /** How many have no process now. */
    int hibernating() {
        return (int) byActor.values().stream()
                .flatMap(Set::stream)
                .filter(HibernatingSocket::hibernates)
                .count();
    }
}
