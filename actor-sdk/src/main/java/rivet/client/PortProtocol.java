package rivet.client;

import java.util.Locale;

/**
 * What is spoken at an actor's port. WebSocket, server-sent events and gRPC ride on {@link #HTTP} and {@link #HTTPS}. More
 * may be added: a switch over them needs a default.
 */
public enum PortProtocol {
    /** HTTP in the clear. */
    HTTP,
    /** HTTP over TLS, which ends at the proxy: the actor itself speaks plain HTTP. */
    HTTPS,
    /** Any bytes. */
    TCP,
    /** Any bytes over TLS, which ends at the proxy. */
    TCP_TLS,
    /** Datagrams. */
    UDP,
    /** A protocol that this version of the client does not know; not for requests. */
    UNKNOWN;

    /**
     * The name as the server writes it.
     *
     * @return such as {@code tcp_tls}
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
