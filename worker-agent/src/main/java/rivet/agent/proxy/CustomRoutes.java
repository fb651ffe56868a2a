package rivet.agent.proxy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.RequestHead;
import rivet.protocol.ActorId;
import rivet.protocol.link.CustomRoute;

/**
 * The custom routes of the installation, and for each the actors of this agent that it leads to. Thread-safe: requests read
 * an immutable table; who changes it takes turns.
 */
public final class CustomRoutes {

    private static final int LONGEST_PATH = 256;
    private static final int MOST_COMPONENTS = 8;

    /** A route and the actors that it leads to. */
    record Match(CustomRoute route, RouteGroup group, RouteName name) {

        /** The actor's part of the target begins behind what is stripped. */
        RouteDoor door(RequestHead head) {
            int from = head.targetFrom();
            int stripped = route.stripPrefix() ? route.path().length() : 0;
            return new RouteDoor(this, from + stripped, from);
        }
    }

    /** The routes of one host name, by path. */
    private record Host(Map<String, Match> exact, Map<String, Match> prefixes) {}

    private final RouteTable actors;
    private final Consumer<RouteGroup> changed;
    private volatile Map<String, Host> hosts = Map.of();

    /** These are guarded by {@code this}. */
    private Map<RouteGroup.Selector, RouteGroup> groups = Map.of();
    /** Each group under one of its tags, so that a change of an actor looks at few of them. */
    private Map<Tag, List<RouteGroup>> byTag = Map.of();

    private final Map<ActorId, Set<RouteGroup>> memberOf = new HashMap<>();

    private record Tag(String environmentId, Map.Entry<String, String> tag) {}

    /** @param changed told after each change of a group */
    CustomRoutes(RouteTable actors, Consumer<RouteGroup> changed) {
        this.actors = actors;
        this.changed = changed;
    }

    /** From now on these are all. */
    public void set(List<CustomRoute> routes) {
        List<RouteGroup> closed;
        synchronized (this) {
            Map<RouteGroup.Selector, RouteGroup> next = new HashMap<>();
            Map<String, Host> table = new HashMap<>();
            for (CustomRoute route : routes) {
                RouteGroup group = next.computeIfAbsent(
                        new RouteGroup.Selector(route.environmentId(), Map.copyOf(route.selectorTags())), this::group);
                Host host = table.computeIfAbsent(route.hostname(), _ -> new Host(new HashMap<>(), new HashMap<>()));
                (route.routeSubpaths() ? host.prefixes() : host.exact())
                        .put(route.path(), new Match(route, group, new RouteName(route.environmentId(), route.name())));
            }
            closed = groups.values().stream()
                    .filter(group -> next.get(group.selector()) != group)
                    .toList();
            closed.forEach(RouteGroup::close);
            groups = next;
            byTag = next.values().stream().collect(Collectors.groupingBy(group -> tag(group.selector())));
            actors.entries().keySet().forEach(this::file);
            hosts = table;
        }
        closed.forEach(changed);
    }

    /** Keeps the one that there is, with those who wait for it. */
    private RouteGroup group(RouteGroup.Selector selector) {
        RouteGroup known = groups.get(selector);
        return known != null ? known : new RouteGroup(selector);
    }

    private static Tag tag(RouteGroup.Selector selector) {
        return new Tag(
                selector.environmentId(), selector.tags().entrySet().iterator().next());
    }

    /** Something is another with an actor of this agent; what, the table says. */
    void changed(ActorId actor) {
        Set<RouteGroup> concerned;
        synchronized (this) {
            concerned = file(actor);
        }
        concerned.forEach(changed);
    }

    /** Puts an actor into the groups that select it, as it is now. @return all whose members are others now */
    private Set<RouteGroup> file(ActorId actor) {
        RouteTable.Entry entry = actors.find(actor);
        Set<RouteGroup> now = entry == null ? Set.of() : selecting(entry.route().traits());
        Set<RouteGroup> concerned = new HashSet<>(memberOf.getOrDefault(actor, Set.of()));
        if (entry == null || now.isEmpty()) {
            memberOf.remove(actor);
        } else {
            memberOf.put(actor, now);
            now.forEach(group -> group.put(actor, entry));
        }
        concerned.removeAll(now);
        concerned.forEach(group -> group.remove(actor));
        concerned.addAll(now);
        return concerned;
    }

    private Set<RouteGroup> selecting(ActorRoute.Traits actor) {
        Set<RouteGroup> selecting = new HashSet<>();
        for (Map.Entry<String, String> tag : actor.tags().entrySet()) {
            byTag.getOrDefault(new Tag(actor.environmentId(), tag), List.of()).stream()
                    .filter(group -> group.selector().selects(actor))
                    .forEach(selecting::add);
        }
        return selecting;
    }

    /** The route with the longest path that the request's host and path allow; an exact one before a prefix. */
    @Nullable
    RouteDoor find(RequestHead head) {
        Map<String, Host> table = hosts;
        if (table.isEmpty() || head.host() < 0) {
            return null;
        }
        Host host = table.get(hostname(head));
        Match match = host == null ? null : match(host, path(head));
        return match == null ? null : match.door(head);
    }

    private static @Nullable Match match(Host host, String path) {
        Match exact = host.exact().get(path.equals("/") ? "" : path);
        if (exact != null) {
            return exact;
        }
        Match longest = host.prefixes().get("");
        int end = 0;
        for (int i = 0; i < MOST_COMPONENTS && end < path.length(); i++) {
            int slash = path.indexOf('/', end + 1);
            end = slash < 0 ? path.length() : slash;
            Match match = host.prefixes().get(path.substring(0, end));
            longest = match != null ? match : longest;
        }
        return longest;
    }

    /** Without the port, and without the dot that ends a name that is complete. */
    private static String hostname(RequestHead head) {
        byte[] bytes = head.bytes();
        int from = head.valueFrom(head.host());
        int to = head.valueTo(head.host());
        StringBuilder hostname = new StringBuilder(to - from);
        for (int i = from; i < to && bytes[i] != ':'; i++) {
            char c = (char) (bytes[i] & 0xff);
            hostname.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        int last = hostname.length() - 1;
        if (last >= 0 && hostname.charAt(last) == '.') {
            hostname.setLength(last);
        }
        return hostname.toString();
    }

    /** As it is written, and no more of it than a route can name. */
    private static String path(RequestHead head) {
        byte[] bytes = head.bytes();
        int from = head.targetFrom();
        int to = Math.min(head.targetTo(), from + LONGEST_PATH + 1);
        StringBuilder path = new StringBuilder(to - from);
        for (int i = from; i < to && bytes[i] != '?'; i++) {
            path.append((char) (bytes[i] & 0xff));
        }
        return path.toString();
    }
}
