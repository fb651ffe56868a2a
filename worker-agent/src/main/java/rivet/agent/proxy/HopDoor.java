package rivet.agent.proxy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.Admission.Verdict;
import rivet.protocol.ActorId;

/**
 * One generation of an actor that another agent's proxy says is here. It waits for nothing and is never handed on again: the
 * proxy that sent it has its body still, and can ask where the actor is.
 */
record HopDoor(ActorId actor, long generation, String port, int targetFrom) implements Door {

    private static final Verdict STALE = new Verdict.Refuse(Problem.STALE_ROUTE);

    @Override
    public int prefixFrom() {
        return targetFrom;
    }

    @Override
    public Verdict look(Lane lane) {
        RouteTable.Entry entry = lane.routes().find(actor);
        boolean runs = entry != null
                && entry.route().generation() == generation
                && entry.route().status() == Status.READY;
        return entry != null && runs ? find(entry) : STALE;
    }

    private Verdict find(RouteTable.Entry entry) {
        if (!port.equals(HopFields.ANY_PORT)) {
            return Admission.of(entry, port);
        }
        List<Target> http = entry.httpTargets();
        return http.isEmpty() ? STALE : new Verdict.Carry(Target.leastInFlight(http));
    }

    @Override
    public CompletionStage<Verdict> ask(Lane lane) {
        return CompletableFuture.completedFuture(STALE);
    }

    @Override
    public Problem unserved() {
        return Problem.STALE_ROUTE;
    }

    @Override
    public Object awaited() {
        return actor;
    }
}
