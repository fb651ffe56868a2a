package rivet.agent.proxy;

import rivet.agent.proxy.http.HeadLimits;

/**
 * How much the proxy takes upon itself.
 *
 * @param head of requests and answers
 * @param maxConnections of clients; one more is told so and closed
 * @param maxHeldPerPort requests that wait for one port of one actor
 * @param maxHeld requests that wait, all together
 * @param maxLookups questions to the control plane under way
 * @param maxIdlePerPort connections to one port kept for the next request, for each event loop
 * @param lowWater bytes waiting for a slow reader below which the other side is read again
 * @param highWater bytes waiting for a slow reader above which the other side is not read
 * @param minBodyRate bytes a second of a request's body that a client has to send at least, on average over a {@link
 *     ProxyTimes#stall}; 0: as slow as it likes
 */
public record ProxyLimits(
        HeadLimits head,
        int maxConnections,
        int maxHeldPerPort,
        int maxHeld,
        int maxLookups,
        int maxIdlePerPort,
        int lowWater,
        int highWater,
        int minBodyRate) {

    public ProxyLimits {
        if (maxConnections < 1 || maxHeldPerPort < 1 || maxHeld < 1 || maxLookups < 1 || maxIdlePerPort < 0) {
            throw new IllegalArgumentException(
                    "proxy limits: %d connections, %d held per port, %d held, %d lookups, %d idle per port (expected: at least one each, none idle allowed)"
                            .formatted(maxConnections, maxHeldPerPort, maxHeld, maxLookups, maxIdlePerPort));
        }
        if (minBodyRate < 0) {
            throw new IllegalArgumentException(
                    "proxy body rate: %d bytes a second (expected: at least 0)".formatted(minBodyRate));
        }
        if (lowWater < 1 || lowWater >= highWater) {
            throw new IllegalArgumentException(
                    "proxy water marks: %d, %d (expected: 0 < low < high)".formatted(lowWater, highWater));
        }
    }

    public static ProxyLimits defaults() {
        return new ProxyLimits(
                new HeadLimits(32 * 1024, 128, 8 * 1024), 50_000, 1_000, 10_000, 256, 256, 32 * 1024, 64 * 1024, 64);
    }

    public ProxyLimits withMaxConnections(int maxConnections) {
        return with(maxConnections, maxHeldPerPort, minBodyRate);
    }

    public ProxyLimits withMaxHeldPerPort(int maxHeldPerPort) {
        return with(maxConnections, maxHeldPerPort, minBodyRate);
    }

    public ProxyLimits withMinBodyRate(int minBodyRate) {
        return with(maxConnections, maxHeldPerPort, minBodyRate);
    }

    private ProxyLimits with(int connections, int heldPerPort, int bodyRate) {
        return new ProxyLimits(
                head, connections, heldPerPort, maxHeld, maxLookups, maxIdlePerPort, lowWater, highWater, bodyRate);
    }
}
