package rivet.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the proxies take from clients of one port. What is absent has no bound of the port's own; the bounds that every proxy has
 * hold besides.
 *
 * @param concurrency requests under way at once, WebSockets and other streams among them
 * @param clientRate of the requests of one address
 * @param tokenRate of the requests that show the same token
 * @param bodyBytes the longest body of a request
 * @param headerBytes the longest request line with its fields
 * @param idleMs how long a request or a stream may be silent both ways
 * @param requestMs how long a request may last, from when it is handed to the actor to the end of its answer
 * @param streamMs how long a WebSocket, another changed protocol or a stream of events may last
 */
public record PortLimits(
        @Nullable Integer concurrency,
        @Nullable Rate clientRate,
        @Nullable Rate tokenRate,
        @Nullable Long bodyBytes,
        @Nullable Integer headerBytes,
        @Nullable Long idleMs,
        @Nullable Long requestMs,
        @Nullable Long streamMs) {

    /** None at all. */
    public static final PortLimits NONE = new PortLimits(null, null, null, null, null, null, null, null);

    /**
     * So many requests at once, and as many more in each such time.
     *
     * @param requests at least 1
     * @param perMs at least 1
     */
    public record Rate(int requests, long perMs) {}
}
