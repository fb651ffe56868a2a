package rivet.agent.link;

import java.net.URI;
import java.time.Duration;
import rivet.protocol.AgentId;

/**
 * @param agent who joins
 * @param controlPlane such as {@code http://127.0.0.1:6420}
 * @param token what the agent shows to it
 */
public record LinkSettings(AgentId agent, URI controlPlane, Secret token) {

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
        var scheme = controlPlane.getScheme();
        if (!"http".equals(scheme) && !"https".equals(scheme)) {
            throw new IllegalArgumentException(
                    "control plane: '%s' (expected: a URL such as http://127.0.0.1:6420)".formatted(controlPlane));
        }
    }

    URI at(String path) {
        var base = controlPlane.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    /** The same place, as a socket: http becomes ws and https wss. */
    URI socket() {
        return URI.create("ws" + at("/link").toString().substring("http".length()));
    }

    String authorization() {
        return "Bearer " + token.reveal();
    }
}
