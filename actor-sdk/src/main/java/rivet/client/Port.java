package rivet.client;

import org.jspecify.annotations.Nullable;

/**
 * A port that a new actor shall have. What a port of an existing actor looks like is {@link Actor.Port}.
 *
 * @param protocol what is spoken there
 * @param internalPort where the actor listens, 1 to 65535; {@code null} to have the number chosen and told to the actor as
 *     {@code PORT_<NAME>}, which is the only way for JavaScript and Java builds
 * @param routing how the world reaches it
 * @param limits what its clients may do
 * @param hibernates whether WebSockets of its clients outlive the actor's processes
 */
public record Port(
        PortProtocol protocol, @Nullable Integer internalPort, Routing routing, PortLimits limits, boolean hibernates) {

    /** How the world reaches a port. */
    public enum Routing {
        /** Through the proxy, at a URL that stays the same wherever the actor runs. */
        GUARD,
        /** Through the proxy, and only with the URL or token of a {@linkplain Actors#connect connection}. */
        CONNECTION,
        /** Directly at the machine that it runs on; for {@code tcp} and {@code udp} only. */
        HOST
    }

    /** Checks the number, the protocol, and that a proxy is there for what only a proxy can do. */
    public Port {
        if (internalPort != null && (internalPort < 1 || internalPort > 65_535)) {
            throw new IllegalArgumentException("internalPort: %d (expected: 1 to 65535)".formatted(internalPort));
        }
        if (protocol == PortProtocol.UNKNOWN) {
            throw new IllegalArgumentException("protocol: UNKNOWN (expected: a protocol)");
        }
        if (routing == Routing.HOST && !limits.equals(PortLimits.none())) {
            throw new IllegalArgumentException(
                    "limits: %s (expected: none where clients do not come through the proxy)".formatted(limits));
        }
        if (hibernates && (routing == Routing.HOST || !hasWebSockets(protocol))) {
            throw new IllegalArgumentException(
                    "hibernates: %s, %s (expected: HTTP through the proxy)".formatted(protocol, routing));
        }
    }

    /**
     * HTTP in the clear.
     *
     * @return a port with a chosen number, reached through the proxy
     */
    public static Port http() {
        return of(PortProtocol.HTTP);
    }

    /**
     * HTTP over TLS, which ends at the proxy.
     *
     * @return a port with a chosen number, reached through the proxy
     */
    public static Port https() {
        return of(PortProtocol.HTTPS);
    }

    /**
     * Any bytes.
     *
     * @return a port with a chosen number, reached through the proxy
     */
    public static Port tcp() {
        return of(PortProtocol.TCP);
    }

    /**
     * Any bytes over TLS, which ends at the proxy.
     *
     * @return a port with a chosen number, reached through the proxy
     */
    public static Port tcpTls() {
        return of(PortProtocol.TCP_TLS);
    }

    /**
     * Datagrams.
     *
     * @return a port with a chosen number, reached through the proxy
     */
    public static Port udp() {
        return of(PortProtocol.UDP);
    }

    /**
     * The same port with a number of the author's choice: for executables and images that listen on a fixed one.
     *
     * @param number 1 to 65535
     * @return a new port
     */
    public Port listeningOn(int number) {
        return new Port(protocol, number, routing, limits, hibernates);
    }

    /**
     * The same port, closed to everyone but those who have the URL or token of a {@linkplain Actors#connect connection}.
     *
     * @return a new port
     */
    public Port onlyByConnection() {
        return new Port(protocol, internalPort, Routing.CONNECTION, limits, hibernates);
    }

    /**
     * The same port, reached directly at the actor's machine.
     *
     * @return a new port
     * @throws IllegalArgumentException if it has limits, which only the proxy can keep, or hibernates
     */
    public Port onHost() {
        return new Port(protocol, internalPort, Routing.HOST, limits, hibernates);
    }

    /**
     * The same port with other limits.
     *
     * @param limits what its clients may do
     * @return a new port
     * @throws IllegalArgumentException if clients do not come through the proxy
     */
    public Port limits(PortLimits limits) {
        return new Port(protocol, internalPort, routing, limits, hibernates);
    }

    /**
     * The same port, at which the proxy keeps the WebSockets of clients while the actor sleeps, is upgraded, moved or started again.
     * The actor's next process gets the request that opened each, with the header {@code x-rivet-websocket-resumed}.
     *
     * @return a new port
     * @throws IllegalArgumentException if it does not speak HTTP, or clients do not come through the proxy
     */
    public Port hibernating() {
        return new Port(protocol, internalPort, routing, limits, true);
    }

    private static Port of(PortProtocol protocol) {
        return new Port(protocol, null, Routing.GUARD, PortLimits.none(), false);
    }

    private static boolean hasWebSockets(PortProtocol protocol) {
        return protocol == PortProtocol.HTTP || protocol == PortProtocol.HTTPS;
    }
}
