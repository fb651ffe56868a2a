package rivet.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.ActorRoute;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.PortKind;
import rivet.agent.proxy.RouteTable;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.ToAgent.Desired;

/** Tells the proxy what the supervisor does, in the proxy's words. */
final class ProxyRoutes {

    private final RouteTable routes;

    /** What is run here, by actor: a report names no ports until they are open, and a request can come before. */
    private final Map<ActorId, Run> running = new HashMap<>();

    /** What was told of actors that no set has named yet: those that outlived an agent are told before the first set. */
    private final Map<ActorId, ActorReport> early = new HashMap<>();

    ProxyRoutes(RouteTable routes) {
        this.routes = routes;
    }

    /** Before the supervisor hears of the set, so that a request that comes early waits instead of being refused. */
    synchronized void desired(Desired set) {
        for (DesiredActor desired : set.actors()) {
            if (desired instanceof Run run && isNew(run)) {
                running.put(run.actor(), run);
                put(run, Status.STARTING, Map.of());
                var told = early.remove(run.actor());
                if (told != null) {
                    changed(told);
                }
            }
        }
        early.clear();
    }

    synchronized void changed(ActorReport report) {
        var run = running.get(report.actor());
        if (run == null) {
            early.put(report.actor(), report);
        }
        if (run == null || run.generation() != report.generation()) {
            return;
        }
        switch (report.phase()) {
            case Phase.Starting _ -> put(run, Status.STARTING, Map.of());
            case Phase.Up(var ports, var _) -> put(run, Status.READY, ports);
            case Phase.Stopping _ -> put(run, Status.STOPPING, Map.of());
            case Phase.Down _ -> put(run, Status.CRASHED, Map.of());
        }
    }

    /** From here on the control plane is asked what has become of the actor. */
    synchronized void forgotten(ActorId actor, long generation) {
        var run = running.get(actor);
        if (run != null && run.generation() == generation && running.remove(actor, run)) {
            routes.remove(actor);
        }
    }

    private boolean isNew(Run run) {
        var known = running.get(run.actor());
        return known == null || known.generation() < run.generation();
    }

    private void put(Run run, Status status, Map<String, Integer> open) {
        var ports = run.spec().ports().keySet().stream()
                .collect(Collectors.toMap(name -> name, name -> open.getOrDefault(name, 0)));
        routes.put(new ActorRoute(
                run.actor(),
                run.generation(),
                status,
                ports,
                traits(run.spec()),
                each(run.spec(), ActorSpec.Port::guard),
                each(run.spec(), ActorSpec.Port::limits),
                kinds(run.spec()),
                each(run.spec(), ActorSpec.Port::hibernates).keySet()));
    }

    /** By the names of the ports that have it. */
    private static <T> Map<String, T> each(ActorSpec spec, Function<ActorSpec.Port, @Nullable T> of) {
        var all = new HashMap<String, T>();
        spec.ports().forEach((name, port) -> {
            var had = of.apply(port);
            if (had != null) {
                all.put(name, had);
            }
        });
        return all;
    }

    private static Map<String, PortKind> kinds(ActorSpec spec) {
        return spec.ports().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, port -> PortKind.of(port.getValue().protocol())));
    }

    private static ActorRoute.Traits traits(ActorSpec spec) {
        var http = spec.ports().entrySet().stream()
                .filter(port -> port.getValue().protocol().isHttp())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return new ActorRoute.Traits(spec.owner().environmentId(), spec.tags(), http);
    }
}
