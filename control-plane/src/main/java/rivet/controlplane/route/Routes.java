package rivet.controlplane.route;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.link.CustomRoute;

/** The door: routes are put and deleted here, and agents' links ask here for all of them. */
@Component
public final class Routes {

    private static final long MOST_BYTES = 8 << 20;

    private final RouteRepository repository;
    private final Agents agents;
    private final Transactions transactions;
    private final RouteSettings settings;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** What was read last, shared by all agents that are told. */
    private @Nullable All known;

    Routes(RouteRepository repository, Agents agents, Transactions transactions, RouteSettings settings) {
        this.repository = repository;
        this.agents = agents;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** All routes there are. @param revision grows with each change */
    public record All(long revision, List<CustomRoute> routes) {}

    public long revision() {
        return repository.revision();
    }

    /** One reads for all: when a route changes, every agent connected here asks at the same time. */
    public synchronized All all() {
        var last = known;
        if (last == null || last.revision() != repository.revision()) {
            var read = repository.all();
            last = new All(
                    read.revision(), read.routes().stream().map(Routes::onLink).toList());
            known = last;
        }
        return last;
    }

    /** Told in this process after each change. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    List<Route> list(Environment environment) {
        return repository.of(environment.id());
    }

    Optional<Route> find(Environment environment, String name) {
        return repository.find(environment.id(), name);
    }

    /** Repeating it changes nothing. */
    void put(Environment environment, String name, RouteDraft draft) {
        requireUnreserved(draft.hostname());
        change(() -> {
            var before = repository.find(environment.id(), name);
            if (before.filter(route -> isAlready(route, draft)).isPresent()) {
                return false;
            }
            requireFree(environment, name, draft);
            repository.put(environment.id(), name, draft);
            requireWithinBounds();
            return true;
        });
    }

    void delete(Environment environment, String name) {
        change(() -> {
            if (!repository.delete(environment.id(), name)) {
                throw Problem.notFound("ROUTE_NOT_FOUND", "route: no '%s'".formatted(name))
                        .at("name_id");
            }
            return true;
        });
    }

    /** @param work tells whether it changed anything */
    private void change(BooleanSupplier work) {
        transactions.run(() -> {
            repository.lockAll();
            var changed = work.getAsBoolean();
            if (changed) {
                repository.bumpRevision();
                Transactions.afterCommit(() -> listeners.forEach(Runnable::run));
            }
            return changed;
        });
    }

    private static boolean isAlready(Route route, RouteDraft draft) {
        return new RouteDraft(
                        route.hostname(),
                        route.path(),
                        route.routeSubpaths(),
                        route.stripPrefix(),
                        route.selectorTags())
                .equals(draft);
    }

    /** A host name belongs to the environment that has routes of it; within it no two routes mean the same requests. */
    private void requireFree(Environment environment, String name, RouteDraft draft) {
        for (var other : repository.withHostname(draft.hostname())) {
            if (!other.environmentId().equals(environment.id())) {
                throw taken("hostname: '%s' is used by another environment".formatted(draft.hostname()));
            }
            if (!other.name().equals(name)
                    && other.path().equals(draft.path())
                    && other.routeSubpaths() == draft.routeSubpaths()) {
                throw taken("hostname: '%s' with path '%s' is the route '%s' already"
                        .formatted(draft.hostname(), draft.path(), other.name()));
            }
        }
    }

    /** All of them go to every agent in one message. */
    private void requireWithinBounds() {
        var size = repository.size();
        if (size.routes() > settings.most() || size.bytes() > MOST_BYTES) {
            throw Problem.conflict(
                    "ROUTE_LIMIT",
                    "with this one there would be %d routes of %d bytes in all (expected: at most %d, and %d bytes)"
                            .formatted(size.routes(), size.bytes(), settings.most(), MOST_BYTES));
        }
    }

    private static Problem taken(String message) {
        return Problem.conflict("ROUTE_HOSTNAME_ALREADY_EXISTS", message).at("hostname");
    }

    /** Under a proxy's own name the paths of actors are served, and a route must not come before them. */
    private void requireUnreserved(String hostname) {
        var reserved = agents.proxyUrls().stream()
                .map(url -> URI.create(url).getHost())
                .anyMatch(hostname::equalsIgnoreCase);
        if (reserved) {
            throw RouteChecks.reserved(hostname);
        }
    }

    private static CustomRoute onLink(Route route) {
        return new CustomRoute(
                route.environmentId().toString(),
                route.name(),
                route.hostname(),
                route.path(),
                route.routeSubpaths(),
                route.stripPrefix(),
                route.selectorTags());
    }
}
