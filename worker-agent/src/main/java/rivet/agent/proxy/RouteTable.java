package rivet.agent.proxy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.protocol.ActorId;

/** The actors of this agent. Thread-safe; each request reads one immutable entry. */
public final class RouteTable {

    /** An actor's route with its targets; a new one replaces it whole. */
    record Entry(ActorRoute route, List<Target> targets) {

        List<Target> httpTargets() {
            return targets.stream()
                    .filter(target -> route.traits().httpPorts().contains(target.name()))
                    .toList();
        }

        @Nullable
        Target target(String port, PortKind kind) {
            for (Target target : targets) {
                if (target.isNamed(port) && route.kind(target.name()) == kind) {
                    return target;
                }
            }
            return null;
        }

        List<String> names(PortKind kind) {
            return targets.stream()
                    .map(Target::name)
                    .filter(name -> route.kind(name) == kind)
                    .sorted()
                    .toList();
        }
    }

    /** Told after each change. */
    record Change(ActorId actor, List<Target> retired) {}

    private final Map<ActorId, Entry> entries = new ConcurrentHashMap<>();
    private final Consumer<Change> listener;

    RouteTable(Consumer<Change> listener) {
        this.listener = listener;
    }

    /** Says what is true of an actor from now on; an older generation than the known one changes nothing. */
    public void put(ActorRoute route) {
        List<Target> retired = new ArrayList<>();
        entries.compute(route.actor(), (_, old) -> {
            if (old != null && old.route().generation() > route.generation()) {
                return old;
            }
            Entry entry = new Entry(route, targets(route, old));
            retired.addAll(retired(old, route.status() == Status.READY ? entry.targets() : List.of()));
            return entry;
        });
        listener.accept(new Change(route.actor(), retired));
    }

    public void remove(ActorId actor) {
        Entry old = entries.remove(actor);
        listener.accept(new Change(actor, retired(old, List.of())));
    }

    /** A view of what is there; it changes while it is read. */
    Map<ActorId, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /** How often a port's actor has answered so, since it started. @param statusClass such as 2 for 200 to 299 */
    public record Answered(ActorId actor, String port, int statusClass, long count) {}

    /** Of all actors here, without what never came. */
    public List<Answered> answered() {
        return entries.values().stream()
                .flatMap(entry -> entry.targets().stream())
                .flatMap(target -> IntStream.range(1, Target.STATUS_CLASSES)
                        .mapToObj(each -> new Answered(target.actor(), target.name(), each, target.answeredWith(each))))
                .filter(answered -> answered.count() > 0)
                .toList();
    }

    @Nullable
    Entry find(ActorId actor) {
        return entries.get(actor);
    }

    /** Keeps the targets of the same generation with the same number, or none any more, and with them what they have. */
    private static List<Target> targets(ActorRoute route, @Nullable Entry old) {
        boolean same = old != null && old.route().generation() == route.generation();
        return route.ports().entrySet().stream()
                .map(port -> {
                    Target known = same && old != null ? known(old, port.getKey(), port.getValue()) : null;
                    return known != null ? known : Target.here(route, port.getKey(), port.getValue());
                })
                .toList();
    }

    private static @Nullable Target known(Entry old, String name, int port) {
        return old.targets().stream()
                .filter(target -> target.name().equals(name)
                        && (port == 0 || target.line().address().getPort() == port))
                .findAny()
                .orElse(null);
    }

    private static List<Target> retired(@Nullable Entry old, List<Target> kept) {
        return old == null
                ? List.of()
                : old.targets().stream()
                        .filter(target -> !kept.contains(target))
                        .toList();
    }
}
