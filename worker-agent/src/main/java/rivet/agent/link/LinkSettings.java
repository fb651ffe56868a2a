package rivet.agent.link;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import rivet.protocol.AgentId;

/**
 * @param agent who joins
 * @param controlPlanes at least one, such as {@code http://127.0.0.1:6420}
 * @param token what the agent shows to them
 */
public record LinkSettings(AgentId agent, List<URI> controlPlanes, Secret token) {

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** From our hello to its welcome. */
    static final Duration WELCOME_TIMEOUT = Duration.ofSeconds(5);

    static final Duration PING_EVERY = Duration.ofSeconds(2);

    /** A socket from which nothing came for so long is half open, or its other end is ill. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);
    static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(1);
    static final Duration HEARTBEAT_RETRY = Duration.ofMillis(500);
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    /** A little more than the control plane takes before it says that it does not know. */
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(6);

    /** For what waits to be sent when the agent stops. */
    static final Duration LAST_WORDS = Duration.ofSeconds(2);

    static final Backoff RECONNECT = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    public LinkSettings {
        controlPlanes = List.copyOf(controlPlanes);
        if (controlPlanes.isEmpty()) {
            throw new IllegalArgumentException("control planes: none (expected: at least one URL)");
        }
        controlPlanes.forEach(LinkSettings::check);
    }

    private static void check(URI controlPlane) {
        var scheme = controlPlane.getScheme();
        if (!"http".equals(scheme) && !"https".equals(scheme)) {
            throw new IllegalArgumentException(
                    "control plane: '%s' (expected: a URL such as http://127.0.0.1:6420)".formatted(controlPlane));
        }
    }

    static URI at(String base, String path) {
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    /** A place there, as a socket: http becomes ws and https wss. */
    static URI socket(URI controlPlane, String path) {
        return URI.create("ws" + at(controlPlane.toString(), path).toString().substring("http".length()));
    }

    String authorization() {
        return "Bearer " + token.reveal();
    }
}
