package rivet.cli.actor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.cli.terminal.Failure;
import rivet.protocol.PortProtocol;
import rivet.protocol.api.CreateActorRequest.Port;
import rivet.protocol.api.PortRouting;

/**
 * Reads {@code --port}: {@code http}, {@code web:http} or {@code name=web,protocol=http,internal_port=8080,guard=connection}, with
 * {@code hibernate} for WebSockets that outlive a process, and the port's limits such as {@code concurrency=100,client_rate=50/1000}.
 */
final class PortOption {

    private static final int LAST_PORT = 65_535;
    private static final String LIMITS =
            "concurrency, client_rate, token_rate, body_bytes, header_bytes, idle_ms, request_ms, stream_ms";
    private static final List<String> PROTOCOLS =
            Arrays.stream(PortProtocol.values()).map(PortProtocol::toString).toList();

    private PortOption() {}

    static Map<String, Port> parse(List<String> texts) {
        var ports = new LinkedHashMap<String, Port>();
        for (var text : texts) {
            var named = text.contains("=") ? list(text) : shortForm(text);
            if (ports.put(named.name, named.port) != null) {
                throw Failure.badInput("BAD_OPTION", "--port: '%s' is given twice".formatted(named.name));
            }
        }
        return ports;
    }

    private static Named shortForm(String text) {
        int colon = text.indexOf(':');
        var name = colon < 0 ? text : text.substring(0, colon);
        var protocol = colon < 0 ? text : text.substring(colon + 1);
        if (name.isBlank() || !PROTOCOLS.contains(protocol)) {
            throw unexpected(text, "name:protocol with a protocol of " + String.join(", ", PROTOCOLS));
        }
        return new Named(name, new Port(protocol, null, null));
    }

    private static Named list(String text) {
        String name = null;
        String protocol = null;
        Integer internalPort = null;
        PortRouting routing = null;
        boolean hibernates = false;
        var limits = new LinkedHashMap<String, Object>();
        for (var part : text.split(",", -1)) {
            var key = part.split("=", 2)[0].strip();
            var value = part.contains("=") ? part.split("=", 2)[1].strip() : "";
            switch (key) {
                case "name" -> name = value;
                case "protocol" -> protocol = value;
                case "internal_port", "internalPort" -> internalPort = number(text, value);
                case "guard" -> routing = new PortRouting(guard(text, value), null);
                case "host" -> routing = new PortRouting(null, Map.of());
                case "hibernate" -> hibernates = yes(text, value);
                case "concurrency", "body_bytes", "header_bytes", "idle_ms", "request_ms", "stream_ms" ->
                    limits.put(key, whole(text, key, value));
                case "client_rate", "token_rate" -> limits.put(key, rate(text, key, value));
                default ->
                    throw unexpected(
                            text,
                            "name, protocol, internal_port, guard, host, hibernate or a limit (%s) instead of '%s'"
                                    .formatted(LIMITS, key));
            }
        }
        var more = new LinkedHashMap<String, Object>();
        if (hibernates) {
            more.put("websocket", Map.of("hibernate", true));
        }
        if (!limits.isEmpty()) {
            more.put("limits", limits);
        }
        return named(text, name, protocol, new Port(protocol, internalPort, guarded(text, routing, more)));
    }

    /** @param more what only a proxy can do */
    private static @Nullable PortRouting guarded(String text, @Nullable PortRouting routing, Map<String, Object> more) {
        if (more.isEmpty()) {
            return routing;
        }
        if (routing != null && routing.guard() == null) {
            throw unexpected(text, "neither limits nor hibernate with host, where clients pass by the proxy");
        }
        var guard = new LinkedHashMap<String, Object>();
        if (routing != null && routing.guard() != null) {
            guard.putAll(routing.guard());
        }
        guard.putAll(more);
        return new PortRouting(guard, null);
    }

    private static boolean yes(String text, String value) {
        if (!value.isEmpty() && !value.equals("true")) {
            throw unexpected(text, "hibernate without a value");
        }
        return true;
    }

    /** How much is too much the API knows. */
    private static long whole(String text, String key, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw unexpected(text, key + " with a whole number");
        }
    }

    private static Map<String, Object> rate(String text, String key, String value) {
        var parts = value.split("/", -1);
        if (parts.length != 2) {
            throw unexpected(text, key + "=REQUESTS/MS such as 100/1000");
        }
        var rate = new LinkedHashMap<String, Object>();
        rate.put("requests", whole(text, key, parts[0]));
        rate.put("per_ms", whole(text, key, parts[1]));
        return rate;
    }

    private static Named named(String text, @Nullable String name, @Nullable String protocol, Port port) {
        if (name == null || name.isBlank()) {
            throw unexpected(text, "name=…");
        }
        if (protocol == null || !PROTOCOLS.contains(protocol)) {
            throw unexpected(text, "protocol=… of " + String.join(", ", PROTOCOLS));
        }
        return new Named(name, port);
    }

    /** Rules that hold a secret are left to the API: a command line is seen by everyone on the machine. */
    private static Map<String, Object> guard(String text, String value) {
        return switch (value) {
            case "" -> Map.of();
            case "connection" -> Map.of("authorization", Map.of("connection", Map.of()));
            default -> throw unexpected(text, "guard or guard=connection");
        };
    }

    private static Integer number(String text, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= LAST_PORT) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, with what was expected
        }
        throw unexpected(text, "internal_port from 1 to " + LAST_PORT);
    }

    private static Failure unexpected(String text, String expected) {
        return Failure.badInput("BAD_OPTION", "--port: '%s' (expected: %s)".formatted(text, expected));
    }

    private record Named(String name, Port port) {}
}
