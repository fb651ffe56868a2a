package rivet.controlplane.route;

import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.TaggedActors;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.WireBody;
import rivet.protocol.link.RouteTraffic;
import rivet.protocol.link.RoutedActors;

/** What agents' proxies ask and tell about routes. */
@RestController
class RouteLinkController {

    /** A proxy that has none of a route's actors needs to know of one, not of all. */
    private static final int MOST_ACTORS = 50;

    private final RouteRepository routes;
    private final TaggedActors actors;
    private final RouteTrafficStore traffic;

    RouteLinkController(RouteRepository routes, TaggedActors actors, RouteTrafficStore traffic) {
        this.routes = routes;
        this.actors = actors;
        this.traffic = traffic;
    }

    @GetMapping("/link/routes/{environment}/{name}/actors")
    RoutedActors actors(
            AgentCaller agent, @PathVariable("environment") String environment, @PathVariable("name") String name) {
        var route = routes.find(parse(environment), name).orElseThrow(() -> absent(name));
        return new RoutedActors(actors.live(route.environmentId(), route.selectorTags(), MOST_ACTORS));
    }

    @PostMapping("/link/route-traffic")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void traffic(AgentCaller agent, @RequestBody byte[] body) {
        traffic.store(WireBody.read(body, RouteTraffic.class));
    }

    private static UUID parse(String environment) {
        try {
            return UUID.fromString(environment);
        } catch (IllegalArgumentException _) {
            throw absent(environment);
        }
    }

    private static Problem absent(String name) {
        return Problem.notFound("ROUTE_NOT_FOUND", "route: no '%s'".formatted(name));
    }
}
