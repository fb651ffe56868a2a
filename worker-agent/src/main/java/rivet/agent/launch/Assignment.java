package rivet.agent.launch;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.Wire;
import rivet.protocol.link.ActorSpec;

/** The one line that a JavaScript process reads to become an actor. Its names are those that authors see. */
final class Assignment {

    private Assignment() {}

    static byte[] line(Order order, Path module, Map<String, String> variables) {
        var assignment = Map.of(
                "module", module.toUri().toString(),
                "environment", variables,
                "metadata", metadata(order));
        return (Wire.JSON.writeValueAsString(assignment) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> metadata(Order order) {
        var spec = order.spec();
        var owner = spec.owner();
        return Map.of(
                "actor", actor(order),
                "network", Map.of("ports", ports(order)),
                "project", Map.of("id", owner.projectId(), "slug", owner.projectSlug()),
                "environment", Map.of("id", owner.environmentId(), "slug", owner.environmentSlug()),
                "cluster", Map.of("id", owner.clusterId()),
                "region", Map.of("id", owner.region(), "name", owner.regionName()),
                "build", Map.of("id", spec.build().id().toString()));
    }

    private static Map<String, Object> actor(Order order) {
        var spec = order.spec();
        var actor = new LinkedHashMap<String, Object>();
        actor.put("id", order.actor().toString());
        actor.put("tags", spec.tags());
        if (spec.key() != null) {
            actor.put("key", spec.key());
        }
        actor.put("createdAt", spec.createdAt().toString());
        actor.put("generation", order.generation());
        return actor;
    }

    private static Map<String, Object> ports(Order order) {
        var ports = new LinkedHashMap<String, Object>();
        order.spec()
                .ports()
                .forEach(
                        (name, port) -> ports.put(name, port(port, order.ports().get(name))));
        return ports;
    }

    private static Map<String, Object> port(ActorSpec.Port spec, @Nullable Integer number) {
        var port = new LinkedHashMap<String, Object>();
        port.put("protocol", spec.protocol().toString());
        if (number != null) {
            port.put("internalPort", number);
        }
        if (spec.url() != null) {
            address(URI.create(spec.url()), port);
            port.put("url", spec.url());
        }
        port.put("routing", Map.of("guard", Map.of()));
        return port;
    }

    private static void address(URI url, Map<String, Object> port) {
        if (url.getHost() != null) {
            port.put("hostname", url.getHost());
        }
        if (url.getPort() >= 0) {
            port.put("port", url.getPort());
        }
        if (url.getPath() != null && !url.getPath().isEmpty()) {
            port.put("path", url.getPath());
        }
    }
}
