package rivet.agent.proxy;

import java.time.Duration;

/**
 * How much is carried at the numbers that lead to TCP and UDP ports. A connection of TCP may be silent for as long as a
 * WebSocket may.
 *
 * @param maxConnectionsPerPort of TCP at one number; one more is closed
 * @param maxSessionsPerPort sources of datagrams at one number; those of one more are dropped
 * @param maxSessions sources of datagrams at all numbers
 * @param sessionIdle how long a source of datagrams is remembered after the last one either way
 * @param lifetime how long a connection of TCP may last
 */
public record IngressLimits(
        int maxConnectionsPerPort, int maxSessionsPerPort, int maxSessions, Duration sessionIdle, Duration lifetime) {

    public IngressLimits {
        if (maxConnectionsPerPort < 1 || maxSessionsPerPort < 1 || maxSessions < 1) {
            throw new IllegalArgumentException(
                    "ingress limits: %d connections and %d sessions per port, %d sessions (expected: at least one each)"
                            .formatted(maxConnectionsPerPort, maxSessionsPerPort, maxSessions));
        }
        if (sessionIdle.toMillis() < 1 || lifetime.toMillis() < 1) {
            throw new IllegalArgumentException("ingress times: sessions %s, connections %s (expected: at least 1 ms)"
                    .formatted(sessionIdle, lifetime));
        }
    }

    public static IngressLimits defaults() {
        return new IngressLimits(10_000, 1_000, 4_000, Duration.ofSeconds(60), Duration.ofDays(7));
    }
}
