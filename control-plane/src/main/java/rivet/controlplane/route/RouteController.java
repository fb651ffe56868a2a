package rivet.controlplane.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.protocol.api.RouteView;

/** Routes over REST. */
@RestController
@RequestMapping("/routes")
class RouteController {

    private final Routes routes;
    private final RouteHistory history;

    RouteController(Routes routes, RouteHistory history) {
        this.routes = routes;
        this.history = history;
    }

    /** Custom routes. */
    @Needs(Scope.READ)
    @GetMapping
    RouteView.Many list(Caller caller) {
        return new RouteView.Many(routes.list(caller.environment()).stream()
                .map(RouteController::view)
                .toList());
    }

    /** Creates a custom route, or replaces it. */
    @Needs(Scope.DEPLOY)
    @PutMapping("/{name}")
    Map<String, Object> put(Caller caller, @PathVariable("name") String name, @RequestBody RouteView.Update update) {
        routes.put(caller.environment(), RouteChecks.name(name), RouteChecks.draft(update));
        return Map.of();
    }

    /** Deletes a custom route. */
    @Needs(Scope.DEPLOY)
    @DeleteMapping("/{name}")
    Map<String, Object> delete(Caller caller, @PathVariable("name") String name) {
        routes.delete(caller.environment(), RouteChecks.name(name));
        return Map.of();
    }

    /** Requests through custom routes, one value for each interval. */
    @Needs(Scope.READ)
    @GetMapping("/history")
    RouteView.History history(
            Caller caller,
            @RequestParam("start") long start,
            @RequestParam("end") long end,
            @RequestParam("interval") long interval,
            @RequestParam(name = "query_json", required = false) @Nullable String query,
            @RequestParam(name = "group_by", required = false) @Nullable String groupBy) {
        var span = new RouteHistory.Span(start, end, interval);
        return history.read(caller.environment(), span, query, groupBy);
    }

    private static RouteView view(Route route) {
        return new RouteView(
                route.name(),
                route.createdAt(),
                route.updatedAt(),
                route.hostname(),
                route.path(),
                route.routeSubpaths(),
                route.stripPrefix(),
                new RouteView.Target(new RouteView.Actors(route.selectorTags())));
    }
}
