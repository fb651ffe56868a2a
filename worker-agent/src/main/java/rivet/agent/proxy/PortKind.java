package rivet.agent.proxy;

import rivet.protocol.PortProtocol;

/** What a port of an actor takes: it is reached in this way and in no other. */
public enum PortKind {
    /** Requests. */
    HTTP,
    /** Connections of any bytes; TLS ends before them. */
    TCP,
    /** Datagrams. */
    UDP;

    public static PortKind of(PortProtocol protocol) {
        return switch (protocol) {
            case HTTP, HTTPS -> HTTP;
            case TCP, TCP_TLS -> TCP;
            case UDP -> UDP;
        };
    }
}
