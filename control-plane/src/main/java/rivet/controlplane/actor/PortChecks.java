package rivet.controlplane.actor;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import rivet.controlplane.web.Problem;
import rivet.protocol.BuildKind;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;
import rivet.protocol.PortProtocol;
import rivet.protocol.api.CreateActorRequest;
import rivet.protocol.api.PortRouting;

/** What an actor's ports must be like. */
final class PortChecks {

    private static final int MOST_PORTS = 8;
    private static final String PROTOCOLS = "http, https, tcp, tcp_tls or udp";
    private static final String NAME = "[a-z0-9]([a-z0-9_-]{0,14}[a-z0-9])?";

    private PortChecks() {}

    static ActorSetup.Network mode(@Nullable String mode) {
        return switch (mode) {
            case null -> ActorSetup.Network.BRIDGE;
            case "bridge" -> ActorSetup.Network.BRIDGE;
            case "host" -> ActorSetup.Network.HOST;
            default -> throw Problem.badField("network.mode", mode, "bridge or host");
        };
    }

    /** @param parameter the query parameter it came in; null if it came in a field of the body */
    static ActorSetup.EndpointType endpoint(@Nullable String type, @Nullable String parameter, String field) {
        return switch (type) {
            case null -> ActorSetup.EndpointType.PATH;
            case "path" -> ActorSetup.EndpointType.PATH;
            case "hostname" -> ActorSetup.EndpointType.HOSTNAME;
            default ->
                throw parameter == null
                        ? Problem.badField(field, type, "hostname or path")
                        : Problem.badParameter(parameter, type, "hostname or path");
        };
    }

    static Map<String, ActorSetup.Port> ports(
            @Nullable Map<String, CreateActorRequest.Port> given, ActorSetup.Network mode, BuildKind kind) {
        if (given == null) {
            return Map.of();
        }
        if (given.size() > MOST_PORTS) {
            throw Problem.badField("network.ports", given.size() + " of them", "at most %d".formatted(MOST_PORTS));
        }
        var ports = new TreeMap<String, ActorSetup.Port>();
        given.forEach((name, port) -> ports.put(name, port(name, port, mode, kind)));
        refuseTwins(ports);
        return ports;
    }

    private static ActorSetup.Port port(
            String name, CreateActorRequest.@Nullable Port port, ActorSetup.Network mode, BuildKind kind) {
        if (!name.matches(NAME)) {
            throw Problem.badField(
                    "network.ports." + name, name, "a name of 1 to 16 of a-z, 0-9, - and _, not - or _ at an end");
        }
        var field = "network.ports." + name;
        if (port == null) {
            throw Problem.badField(field, null, "an object with protocol");
        }
        var protocol = protocol(field + ".protocol", port.protocol());
        var guard = guard(field + ".routing", port.routing());
        if (guard != null && !protocol.isHttp()) {
            throw Problem.badField(
                    field + ".routing.guard.authorization",
                    "a rule for " + protocol,
                    "none: only HTTP has a place to show something, so what speaks %s asks its clients itself"
                            .formatted(protocol));
        }
        return new ActorSetup.Port(
                protocol,
                internal(field + ".internal_port", port.internalPort(), mode, kind),
                guard,
                limits(field + ".routing.guard", port.routing(), protocol, guard),
                hibernates(field + ".routing.guard", port.routing(), protocol),
                null);
    }

    private static PortProtocol protocol(String field, @Nullable String protocol) {
        return switch (protocol) {
            case null -> throw Problem.badField(field, null, PROTOCOLS);
            case "http" -> PortProtocol.HTTP;
            case "https" -> PortProtocol.HTTPS;
            case "tcp" -> PortProtocol.TCP;
            case "tcp_tls" -> PortProtocol.TCP_TLS;
            case "udp" -> PortProtocol.UDP;
            default -> throw Problem.badField(field, protocol, PROTOCOLS);
        };
    }

    /** @return null where everyone may reach the port */
    private static @Nullable PortGuard guard(String field, @Nullable PortRouting routing) {
        if (routing == null) {
            return null;
        }
        if ((routing.guard() == null) == (routing.host() == null)) {
            throw Problem.badField(
                    field, routing.guard() == null ? "neither" : "both", "exactly one of guard and host");
        }
        if (routing.host() != null) {
            throw notServed(field, "host routing", "guard");
        }
        return routing.guard() == null ? null : GuardChecks.read(field + ".guard", routing.guard());
    }

    private static @Nullable PortLimits limits(
            String field, @Nullable PortRouting routing, PortProtocol protocol, @Nullable PortGuard guard) {
        var given = routing == null || routing.guard() == null ? null : routing.guard();
        return given == null || !given.containsKey("limits")
                ? null
                : LimitChecks.read(field + ".limits", given.get("limits"), protocol, guard != null);
    }

    /** @return null where its WebSockets end as the actor's process does */
    private static @Nullable Boolean hibernates(String field, @Nullable PortRouting routing, PortProtocol protocol) {
        var guard = routing == null || routing.guard() == null ? Map.of() : routing.guard();
        if (!guard.containsKey("websocket")) {
            return null;
        }
        var at = field + ".websocket";
        if (!protocol.isHttp()) {
            throw Problem.badField(at, "set for " + protocol, "none, because only HTTP has WebSockets");
        }
        var websocket = GuardChecks.object(at, guard.get("websocket"), "an object with hibernate");
        GuardChecks.only(at, websocket, Set.of("hibernate"), "hibernate");
        return switch (websocket.get("hibernate")) {
            case Boolean hibernates -> hibernates ? true : null;
            case null -> throw Problem.badField(at + ".hibernate", null, "true or false");
            case Object other -> throw Problem.badField(at + ".hibernate", other, "true or false");
        };
    }

    private static @Nullable Integer internal(
            String field, @Nullable Integer port, ActorSetup.Network mode, BuildKind kind) {
        if (port == null) {
            return null;
        }
        if (mode == ActorSetup.Network.HOST) {
            throw Problem.badField(field, port, "none in host mode; the actor reads PORT_...");
        }
        if (kind == BuildKind.JAVASCRIPT) {
            throw Problem.badField(field, port, "none for a javascript build; the actor reads PORT_...");
        }
        if (port < 1 || port > 65535) {
            throw Problem.badField(field, port, "1 to 65535");
        }
        return port;
    }

    /** An actor finds its ports in variables, where a dash is an underscore. */
    private static void refuseTwins(Map<String, ActorSetup.Port> ports) {
        var names = new HashMap<String, String>();
        for (var name : ports.keySet()) {
            var variable = "PORT_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
            var twin = names.put(variable, name);
            if (twin != null) {
                throw Problem.badField(
                        "network.ports." + name, name, "a name other than %s: both are %s".formatted(twin, variable));
            }
        }
    }

    private static Problem notServed(String field, String what, String expected) {
        return new Problem(
                        HttpStatus.BAD_REQUEST,
                        "FEATURE_DISABLED",
                        "%s: %s are not served by this server (expected: %s)".formatted(field, what, expected))
                .at(field, expected);
    }
}
