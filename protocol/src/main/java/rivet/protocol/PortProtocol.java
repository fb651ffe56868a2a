package rivet.protocol;

/** What is spoken at an actor's port. WebSocket and server-sent events ride on {@code http} and {@code https}. */
public enum PortProtocol {
    HTTP,
    HTTPS,
    TCP,
    TCP_TLS,
    UDP;

    /** Whether the proxy reads requests there; elsewhere it carries bytes or datagrams, at a number of the port's own. */
    public boolean isHttp() {
        return this == HTTP || this == HTTPS;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
