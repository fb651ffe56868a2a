package rivet.agent.proxy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.protocol.link.ActorLocation;

/** A custom route that a request was found to mean. */
record RouteDoor(CustomRoutes.Match match, int targetFrom, int prefixFrom) implements Door {

    @Override
    public Verdict look(Lane lane) {
        RouteGroup.View view = match.group().view();
        return view.ready().isEmpty() ? view.otherwise() : new Verdict.Carry(leastInFlight(view.ready()));
    }

    /** Among equals the one that chance finds first: else the first in the list would have all the work of quiet times. */
    private static Target leastInFlight(List<Target> targets) {
        int many = targets.size();
        int from = many == 1 ? 0 : ThreadLocalRandom.current().nextInt(many);
        Target best = targets.get(from);
        for (int i = 1; i < many && best.inFlight() > 0; i++) {
            Target next = targets.get(from + i < many ? from + i : from + i - many);
            if (next.inFlight() < best.inFlight()) {
                best = next;
            }
        }
        return best;
    }

    @Override
    public @Nullable CompletionStage<Verdict> ask(Lane lane) {
        CompletableFuture<List<ActorLocation>> answer = lane.routeLookups().ask(match.name());
        return answer == null
                ? null
                : answer.thenApply(
                        actors -> Admission.of(actors, lane.settings().self()));
    }

    @Override
    public Object awaited() {
        return match.group();
    }

    @Override
    public String port() {
        return "";
    }
}
