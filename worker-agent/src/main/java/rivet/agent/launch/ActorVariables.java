package rivet.agent.launch;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.actor.ActorEnvironment;
import rivet.actor.ActorMetadata;
import rivet.agent.host.Host;
import rivet.agent.supervise.Launcher.Order;

/** The variables an actor sees: the author's, and then ours, which win. */
final class ActorVariables {

    private ActorVariables() {}

    /** @param apiEndpoint where an actor reaches the control plane's API */
    static Map<String, String> of(Order order, String apiEndpoint) {
        var spec = order.spec();
        var variables = new LinkedHashMap<>(spec.environment());
        variables.putAll(ActorEnvironment.write(metadata(order), Duration.ofMillis(spec.graceMs())));
        // By the names that the command line reads, so that it may be used inside an actor.
        variables.put("RIVET_API_ENDPOINT", apiEndpoint);
        variables.put("RIVET_PROJECT", spec.owner().projectSlug());
        variables.put("RIVET_ENVIRONMENT", spec.owner().environmentSlug());
        // By these the agent finds an actor's processes; an author must not be able to hide them.
        variables.keySet().removeAll(Host.MARKS);
        return variables;
    }

    private static ActorMetadata metadata(Order order) {
        var spec = order.spec();
        var owner = spec.owner();
        return new ActorMetadata(
                new ActorMetadata.Self(
                        order.actor().toString(), spec.tags(), spec.key(), order.generation(), spec.createdAt()),
                new ActorMetadata.Project(owner.projectId(), owner.projectSlug()),
                new ActorMetadata.Environment(owner.environmentId(), owner.environmentSlug()),
                new ActorMetadata.Region(owner.region(), owner.regionName()),
                new ActorMetadata.Cluster(owner.clusterId()),
                new ActorMetadata.Build(spec.build().id().toString()),
                new ActorMetadata.Network(ports(order)));
    }

    private static Map<String, ActorMetadata.Port> ports(Order order) {
        var ports = new LinkedHashMap<String, ActorMetadata.Port>();
        order.ports().forEach((name, number) -> {
            var spec = order.spec().ports().get(name);
            if (spec != null) {
                ports.put(name, new ActorMetadata.Port(spec.protocol().toString(), number, url(spec.url())));
            }
        });
        return ports;
    }

    private static @Nullable URI url(@Nullable String text) {
        return text == null ? null : URI.create(text);
    }
}
