package rivet.agent.proxy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.Admission.Verdict;
import rivet.protocol.ActorId;

/**
 * The actors of this agent that some custom routes lead to: those of one environment with the same tags. Changed under the
 * lock of {@link CustomRoutes}; requests read only its {@link View}, whose work is done when something changes.
 */
final class RouteGroup {

    private static final Verdict HOLD_STARTING = new Verdict.Hold(Problem.STARTING);
    private static final Verdict HOLD_CRASHED = new Verdict.Hold(Problem.CRASH_LOOP);

    /** Which actors are meant. */
    record Selector(String environmentId, Map<String, String> tags) {

        boolean selects(ActorRoute.Traits actor) {
            return actor.environmentId().equals(environmentId)
                    && actor.tags().entrySet().containsAll(tags.entrySet());
        }
    }

    /**
     * What requests see.
     *
     * @param ready ports that speak HTTP, of actors that are ready
     * @param otherwise what becomes of a request where there are none
     */
    record View(List<Target> ready, Verdict otherwise) {}

    private final Selector selector;
    private final Map<ActorId, RouteTable.Entry> members = new HashMap<>();
    private volatile View view = new View(List.of(), Admission.ASK);

    RouteGroup(Selector selector) {
        this.selector = selector;
    }

    View view() {
        return view;
    }

    Selector selector() {
        return selector;
    }

    void put(ActorId actor, RouteTable.Entry entry) {
        members.put(actor, entry);
        renew();
    }

    void remove(ActorId actor) {
        if (members.remove(actor) != null) {
            renew();
        }
    }

    /** No route leads here any more; who waits here asks again and finds what the route is now. */
    void close() {
        members.clear();
        view = new View(List.of(), new Verdict.Refuse(Problem.ROUTE_CHANGED));
    }

    private void renew() {
        List<Target> ready = new ArrayList<>();
        Set<Status> statuses = EnumSet.noneOf(Status.class);
        for (RouteTable.Entry member : members.values()) {
            Set<String> ports = member.route().traits().httpPorts();
            if (!ports.isEmpty()) {
                statuses.add(member.route().status());
            }
            if (member.route().status() == Status.READY) {
                ready.addAll(member.httpTargets());
            }
        }
        view = new View(List.copyOf(ready), otherwise(statuses));
    }

    /** Stopping actors take no new requests, and there may be others elsewhere. */
    private static Verdict otherwise(Set<Status> statuses) {
        if (statuses.contains(Status.STARTING)) {
            return HOLD_STARTING;
        }
        return statuses.contains(Status.CRASHED) ? HOLD_CRASHED : Admission.ASK;
    }
}
