package rivet.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients of a port may do; what is {@code null} is not limited. Immutable: each method returns new limits. The ranges are
 * checked by the server, which answers with {@link RivetException.Invalid} and the field. Ports of {@code tcp} and
 * {@code tcp_tls} can have {@code concurrency}, {@code idle} and {@code stream}, those of {@code udp} none.
 *
 * <pre>{@code
 * Port.http().limits(PortLimits.none().concurrency(100).clientRate(50, Duration.ofSeconds(1)))
 * }</pre>
 *
 * @param concurrency requests or connections under way at once, 1 to 1 000 000
 * @param clientRate requests of one client
 * @param tokenRate requests with one connection, bearer token or query value
 * @param bodyBytes of a request's body, 0 to 2⁴⁰
 * @param headerBytes of the request line and the fields, 256 to 32 768
 * @param idle silence both ways, 1 s to an hour
 * @param request a request, from when it is handed to the actor to the end of its answer, 1 s to a day
 * @param stream a WebSocket, another changed protocol, an event stream or a connection of TCP, 1 s to 7 days
 */
public record PortLimits(
        @Nullable Integer concurrency,
        @Nullable Rate clientRate,
        @Nullable Rate tokenRate,
        @Nullable Long bodyBytes,
        @Nullable Integer headerBytes,
        @Nullable Duration idle,
        @Nullable Duration request,
        @Nullable Duration stream) {

    private static final PortLimits NONE = new PortLimits(null, null, null, null, null, null, null, null);

    /**
     * So many requests at once, and then as many as time gives.
     *
     * @param requests 1 to 1 000 000
     * @param per a second to an hour
     */
    public record Rate(int requests, Duration per) {

        /** Checks that time passes. */
        public Rate {
            var _ = Checks.positive("per", per);
        }
    }

    /**
     * Where nothing is limited.
     *
     * @return the limits of a port whose creator says nothing
     */
    public static PortLimits none() {
        return NONE;
    }

    /**
     * The same with so many requests or connections at once.
     *
     * @param most 1 to 1 000 000
     * @return new limits
     */
    public PortLimits concurrency(int most) {
        return new PortLimits(most, clientRate, tokenRate, bodyBytes, headerBytes, idle, request, stream);
    }

    /**
     * The same with so many requests of each client: an IPv4 address, or an IPv6 network of 64 bits.
     *
     * @param requests 1 to 1 000 000
     * @param per a second to an hour
     * @return new limits
     */
    public PortLimits clientRate(int requests, Duration per) {
        return new PortLimits(
                concurrency, new Rate(requests, per), tokenRate, bodyBytes, headerBytes, idle, request, stream);
    }

    /**
     * The same with so many requests for each connection, bearer token or query value that lets in.
     *
     * @param requests 1 to 1 000 000
     * @param per a second to an hour
     * @return new limits
     */
    public PortLimits tokenRate(int requests, Duration per) {
        return new PortLimits(
                concurrency, clientRate, new Rate(requests, per), bodyBytes, headerBytes, idle, request, stream);
    }

    /**
     * The same with bodies of requests of at most so many bytes.
     *
     * @param most 0 to 2⁴⁰
     * @return new limits
     */
    public PortLimits bodyBytes(long most) {
        return new PortLimits(concurrency, clientRate, tokenRate, most, headerBytes, idle, request, stream);
    }

    /**
     * The same with heads of requests of at most so many bytes.
     *
     * @param most 256 to 32 768
     * @return new limits
     */
    public PortLimits headerBytes(int most) {
        return new PortLimits(concurrency, clientRate, tokenRate, bodyBytes, most, idle, request, stream);
    }

    /**
     * The same with an end to silence both ways.
     *
     * @param most a second to an hour
     * @return new limits
     */
    public PortLimits idle(Duration most) {
        return new PortLimits(concurrency, clientRate, tokenRate, bodyBytes, headerBytes, most, request, stream);
    }

    /**
     * The same with an end to requests.
     *
     * @param most a second to a day
     * @return new limits
     */
    public PortLimits request(Duration most) {
        return new PortLimits(concurrency, clientRate, tokenRate, bodyBytes, headerBytes, idle, most, stream);
    }

    /**
     * The same with an end to streams.
     *
     * @param most a second to 7 days
     * @return new limits
     */
    public PortLimits stream(Duration most) {
        return new PortLimits(concurrency, clientRate, tokenRate, bodyBytes, headerBytes, idle, request, most);
    }

    /** As they go over the wire; empty where nothing is limited. */
    Map<String, Object> wire() {
        var wire = new LinkedHashMap<String, Object>();
        put(wire, "concurrency", concurrency);
        put(wire, "client_rate", rate(clientRate));
        put(wire, "token_rate", rate(tokenRate));
        put(wire, "body_bytes", bodyBytes);
        put(wire, "header_bytes", headerBytes);
        put(wire, "idle_ms", millis(idle));
        put(wire, "request_ms", millis(request));
        put(wire, "stream_ms", millis(stream));
        return wire;
    }

    private static void put(Map<String, Object> wire, String name, @Nullable Object value) {
        if (value != null) {
            wire.put(name, value);
        }
    }

    private static @Nullable Object rate(@Nullable Rate rate) {
        return rate == null
                ? null
                : Map.of("requests", rate.requests(), "per_ms", rate.per().toMillis());
    }

    private static @Nullable Object millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
