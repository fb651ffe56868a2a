package rivet.controlplane.link;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorLocation;

/** Where agents knock. Who has no token is refused before there is a socket. */
@RestController
class LinkController {

    private final AgentLinks links;
    private final Actors actors;
    private final WebSocketService sockets;

    LinkController(AgentLinks links, Actors actors, LinkSettings settings) {
        this.links = links;
        this.actors = actors;
        var frame = Math.toIntExact(settings.maxFrame().toBytes());
        this.sockets = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
                () -> WebsocketServerSpec.builder().maxFramePayloadLength(frame)));
    }

    /** Stays on the event loop, and asks nothing that would have to wait. */
    @GetMapping("/link")
    Mono<Void> open(AgentCaller agent, ServerWebExchange exchange) {
        return sockets.handleRequest(exchange, links);
    }

    @GetMapping("/link/actors/{id}")
    ActorLocation locate(AgentCaller agent, @PathVariable("id") String id) {
        return actors.locate(parse(id)).orElseThrow(() -> absent(id));
    }

    private static ActorId parse(String id) {
        try {
            return ActorId.parse(id);
        } catch (IllegalArgumentException _) {
            throw absent(id);
        }
    }

    private static Problem absent(String id) {
        return Problem.notFound("ACTOR_NOT_FOUND", "actor: no '%s'".formatted(id));
    }
}
