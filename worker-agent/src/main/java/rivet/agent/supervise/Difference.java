package rivet.agent.supervise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DesiredActor.Newer;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;

/** What must be done so that what is here becomes what is desired: pure. */
final class Difference {

    private Difference() {}

    /** What the agent knows of a generation. */
    enum Known {
        ALIVE,
        DOWN
    }

    sealed interface Step {

        record Start(Run run) implements Step {}

        record End(ActorKey key, Stop stop) implements Step {}

        /** @param newer what waits for its end; absent: nothing does */
        record GoOn(ActorKey key, @Nullable Newer newer) implements Step {}

        /** It is no longer named, so it is no longer ours: it ends without grace. */
        record EndUnnamed(ActorKey key) implements Step {}

        /** A stop of what never ran here, or is gone: said, so that the control plane need not wait for it. */
        record SayStopped(ActorKey key) implements Step {}

        /** It would be older than one that was started already. */
        record SayOutdated(ActorKey key) implements Step {}

        /** Told and heard. */
        record Forget(ActorKey key) implements Step {}
    }

    static List<Step> between(Map<ActorKey, Known> here, List<DesiredActor> desired) {
        var steps = new ArrayList<Step>();
        var named = new HashMap<ActorKey, DesiredActor>();
        desired.forEach(actor -> named.put(new ActorKey(actor.actor(), actor.generation()), actor));
        here.forEach((key, known) -> {
            if (!named.containsKey(key)) {
                steps.add(known == Known.ALIVE ? new Step.EndUnnamed(key) : new Step.Forget(key));
            }
        });
        named.forEach((key, actor) -> decide(key, actor, here, steps));
        return steps;
    }

    /** What runs here although nobody wants it, not even to see it stopped. */
    static Set<ActorKey> unnamed(Set<ActorKey> alive, List<DesiredActor> desired) {
        var unnamed = new HashSet<>(alive);
        desired.forEach(actor -> unnamed.remove(new ActorKey(actor.actor(), actor.generation())));
        return unnamed;
    }

    private static void decide(ActorKey key, DesiredActor actor, Map<ActorKey, Known> here, List<Step> steps) {
        var known = here.get(key);
        switch (actor) {
            case Run run when known == null -> start(key, run, here, steps);
            case Run run when known == Known.ALIVE -> steps.add(new Step.GoOn(key, run.newer()));
            case Run _ -> {}
            case Stop stop when known == Known.ALIVE -> steps.add(new Step.End(key, stop));
            case Stop _ when known == null -> steps.add(new Step.SayStopped(key));
            case Stop _ -> {}
        }
    }

    /** A new generation waits until the last process of an older one is gone: two copies must never run. */
    private static void start(ActorKey key, Run run, Map<ActorKey, Known> here, List<Step> steps) {
        boolean newerKnown = false;
        boolean othersAlive = false;
        for (var other : here.entrySet()) {
            if (other.getKey().actor().equals(key.actor())) {
                newerKnown |= other.getKey().generation() > key.generation();
                othersAlive |= other.getValue() == Known.ALIVE;
            }
        }
        if (newerKnown) {
            steps.add(new Step.SayOutdated(key));
        } else if (!othersAlive) {
            steps.add(new Step.Start(run));
        }
    }
}
