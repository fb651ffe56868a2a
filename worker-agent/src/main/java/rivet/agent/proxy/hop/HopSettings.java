package rivet.agent.proxy.hop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a proxy takes requests that other agents' proxies hand on.
 *
 * @param host the address it listens on, or a name that leads to it from here
 * @param port 0 takes a free one
 * @param announced what other agents dial; absent: where it listens
 * @param encrypted whether connections between agents are; absent: where they leave the machine. The same for all agents
 */
public record HopSettings(
        String host, int port, Optional<InetSocketAddress> announced, HopKey key, Optional<Boolean> encrypted) {

    /** From the start of a connection to another agent until both know who the other is. Two of them, and a pause, are less than 2 s. */
    public static final Duration CONNECT = Duration.ofMillis(800);

    public HopSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("RIVET_HOP_PORT: %d (expected: 0 to 65535)".formatted(port));
        }
        if (announced.isEmpty() && listening(host).isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    "RIVET_HOP_HOST: '%s' is no address that others could dial (expected: one of this machine's, or RIVET_HOP_ADDRESS as well)"
                            .formatted(host));
        }
    }

    /** Both ends decide by the address that one of them dials. */
    public boolean encrypts(InetAddress dialled) {
        return encrypted.orElse(!dialled.isLoopbackAddress());
    }

    /** Whether connections that come are encrypted. */
    public boolean encrypts() {
        return encrypts(announced.map(InetSocketAddress::getAddress).orElseGet(this::listening));
    }

    /** Resolved here and once, so that nobody has to on an event loop. */
    public InetAddress listening() {
        return listening(host);
    }

    private static InetAddress listening(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "RIVET_HOP_HOST: '%s' (expected: an address of this machine)".formatted(host), e);
        }
    }

    /** An address and a port as agents tell them, such as {@code 10.0.0.5:7081} or {@code [fd00::5]:7081}; null for anything else. */
    public static @Nullable InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[1-9][0-9]{0,4}")) {
            return null;
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.contains(":") != bracketed) {
            return null;
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        try {
            InetAddress address = InetAddress.ofLiteral(bracketed ? host.substring(1, host.length() - 1) : host);
            return port > 65_535 ? null : new InetSocketAddress(address, port);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /** As {@link #parse} reads it. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[%s]:%d" : "%s:%d").formatted(host, address.getPort());
    }
}
