package rivet.protocol;

/** What is spoken at an actor's port. WebSocket and server-sent events ride on {@code http} and {@code https}. */
public enum PortProtocol {
    HTTP,
    HTTPS,
    TCP,
    TCP_TLS,
    UDP;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
