package rivet.agent.proxy.tls;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where TLS is served and with what.
 *
 * @param port 0 takes a free one
 * @param tcpPort where connections for TCP ports come, which say in TLS whom they want; absent: nowhere
 * @param certificates the folder of {@code {name}.crt} and {@code {name}.key} in PEM, the chain in the first
 * @param look how often the folder is looked at
 */
public record TlsSettings(int port, Optional<Integer> tcpPort, Path certificates, Duration look) {

    /** The bound that a client has for its handshake. */
    static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofSeconds(5);

    public TlsSettings {
        if (!isPort(port) || !tcpPort.map(TlsSettings::isPort).orElse(true) || look.isNegative() || look.isZero()) {
            throw new IllegalArgumentException(
                    "proxy TLS: port %d, for TCP %s, look every %s (expected: 0 to 65535, more than zero)"
                            .formatted(port, tcpPort, look));
        }
    }

    public TlsSettings(int port, Path certificates) {
        this(port, Optional.empty(), certificates, LOOK);
    }

    public TlsSettings withTcpPort(Optional<Integer> tcpPort) {
        return new TlsSettings(port, tcpPort, certificates, look);
    }

    public TlsSettings withLook(Duration look) {
        return new TlsSettings(port, tcpPort, certificates, look);
    }

    private static boolean isPort(int number) {
        return number >= 0 && number <= 65_535;
    }
}
