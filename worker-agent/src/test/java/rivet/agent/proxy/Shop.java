package rivet.agent.proxy;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.ActorRoute.Traits;
import rivet.agent.proxy.RawConnection.Answer;
import rivet.protocol.ActorId;
import rivet.protocol.link.CustomRoute;

/** Routes of {@code *.example.com}, and actors that they lead to. */
final class Shop {

    private Shop() {}

    static final String ENVIRONMENT = "a-environment";
    static final Map<String, String> SHOP = Map.of("app", "shop");

    static CustomRoute prefix(String name, String host, String path, Map<String, String> tags) {
        return new CustomRoute(ENVIRONMENT, name, host, path, true, false, tags);
    }

    static CustomRoute exact(String name, String host, String path, Map<String, String> tags) {
        return new CustomRoute(ENVIRONMENT, name, host, path, false, false, tags);
    }

    static CustomRoute stripping(String path) {
        return new CustomRoute(ENVIRONMENT, "strip", "shop.example.com", path, true, true, SHOP);
    }

    /** An actor that answers with its name. */
    static RawActor named(String name) {
        return RawActor.answering("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(name.length(), name));
    }

    static void put(
            ProxyUnderTest proxy, ActorId actor, Status status, Map<String, String> tags, Map<String, Integer> ports) {
        put(proxy, actor, status, new Traits(ENVIRONMENT, tags, Set.of("http", "admin")), ports);
    }

    static void put(ProxyUnderTest proxy, ActorId actor, Status status, Traits traits, Map<String, Integer> ports) {
        proxy.routes().put(new ActorRoute(actor, 1, status, ports, traits));
    }

    static ActorId ready(ProxyUnderTest proxy, Map<String, String> tags, RawActor actor) {
        ActorId id = ActorId.random();
        put(proxy, id, Status.READY, tags, Map.of("http", actor.port()));
        return id;
    }

    static String get(String host, String target) {
        return "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(target, host);
    }

    static Answer ask(ProxyUnderTest proxy, String host, String target) throws IOException {
        try (RawConnection client = proxy.connect()) {
            return client.send(get(host, target)).answer();
        }
    }
}
