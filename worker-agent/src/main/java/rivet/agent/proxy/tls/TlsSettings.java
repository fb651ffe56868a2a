package rivet.agent.proxy.tls;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where TLS is served and with what.
 *
 * @param port 0 takes a free one
 * @param certificates the folder of {@code {name}.crt} and {@code {name}.key} in PEM, the chain in the first
 * @param look how often the folder is looked at
 */
public record TlsSettings(int port, Path certificates, Duration look) {

    /** The bound that a client has for its handshake. */
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofSeconds(5);

    public TlsSettings {
        if (port < 0 || port > 65_535 || look.isNegative() || look.isZero()) {
            throw new IllegalArgumentException(
                    "proxy TLS: port %d, look every %s (expected: 0 to 65535, more than zero)".formatted(port, look));
        }
    }

    public TlsSettings(int port, Path certificates) {
        this(port, certificates, LOOK);
    }
}
