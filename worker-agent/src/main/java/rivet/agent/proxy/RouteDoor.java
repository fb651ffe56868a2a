package rivet.agent.proxy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.protocol.link.ActorLocation;

/** A custom route that a request was found to mean. */
record RouteDoor(CustomRoutes.Match match, int targetFrom, int prefixFrom) implements Door {

    @Override
    public Verdict look(Lane lane) {
        RouteGroup.View view = match.group().view();
        return view.ready().isEmpty() ? view.otherwise() : new Verdict.Carry(Target.leastInFlight(view.ready()));
    }

    /** Actors elsewhere are asked for only where none is ready here. */
    @Override
    public @Nullable CompletionStage<Verdict> ask(Lane lane) {
        CompletableFuture<List<ActorLocation>> answer = lane.routeLookups().ask(match.name());
        return answer == null ? null : answer.thenApply(actors -> lane.remotes().among(actors));
    }

    @Override
    public void refused(Lane lane) {
        lane.routeLookups().forget(match.name());
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
