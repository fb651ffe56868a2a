package rivet.controlplane.actor;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.ActorSetup.EndpointType;
import rivet.protocol.ActorId;

/** How the world reaches an actor's port, through any proxy. */
final class PortUrls {

    private PortUrls() {}

    /** @param path the prefix that the proxy strips; absent in the host form */
    record Address(String hostname, int port, @Nullable String path, String url) {}

    /** @param proxy such as {@code http://127.0.0.1:7080} */
    static Address of(String proxy, ActorId actor, String port, EndpointType type) {
        var base = URI.create(proxy);
        var number = base.getPort() >= 0 ? base.getPort() : base.getScheme().equals("https") ? 443 : 80;
        var name = actor + "-" + port;
        return switch (type) {
            case PATH -> new Address(base.getHost(), number, "/" + name, proxy + "/" + name);
            case HOSTNAME -> {
                var host = name + "." + domain(base.getHost());
                var suffix = base.getPort() >= 0 ? ":" + number : "";
                yield new Address(host, number, null, base.getScheme() + "://" + host + suffix);
            }
        };
    }

    /** A port that its region's proxies have a number for: all bytes that come there are its own. */
    static Address at(String host, int number) {
        return new Address(host, number, null, "%s:%d".formatted(host, number));
    }

    /** Of a proxy's URL. */
    static String host(String proxy) {
        return URI.create(proxy).getHost();
    }

    /** An address has no sub-domains, but on one machine {@code *.localhost} leads to the same proxy. */
    private static String domain(String host) {
        return host.startsWith("127.") || host.equals("[::1]") ? "localhost" : host;
    }
}
