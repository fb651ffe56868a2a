package rivet.agent.proxy;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * Every wait of the proxy. None bounds how long an answer or a stream may last while bytes move.
 *
 * @param hold how long a request waits for an actor that starts or crashed
 * @param lookup how long the control plane may take to say where an actor is
 * @param connect how long one attempt to reach an actor may take
 * @param connectRetries how long, in all, a refused connection to a ready actor is tried again
 * @param header from the first byte of a head to its last
 * @param keepAlive how long a client's connection may wait for its next request
 * @param stall how long a client may owe us the body it began, or take nothing of an answer
 * @param idle how long a request or an upgraded connection may be silent both ways
 * @param upstreamIdle how long a connection to an actor is kept for the next request; below what servers usually keep
 * @param linger how long unread bytes of a refused request are thrown away, so that the client can read the answer
 * @param drain how long {@link Proxy#close} waits for requests in flight
 */
public record ProxyTimes(
        Duration hold,
        Duration lookup,
        Duration connect,
        Duration connectRetries,
        Duration header,
        Duration keepAlive,
        Duration stall,
        Duration idle,
        Duration upstreamIdle,
        Duration linger,
        Duration drain) {

    public ProxyTimes {
        Stream.of(hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain)
                .filter(time -> time.isNegative() || time.isZero())
                .findAny()
                .ifPresent(time -> {
                    throw new IllegalArgumentException("proxy times: %s (expected: more than zero)".formatted(time));
                });
    }

    public static ProxyTimes defaults() {
        return new ProxyTimes(
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofMillis(1500),
                Duration.ofSeconds(10),
                Duration.ofSeconds(75),
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
    }

    public ProxyTimes withHold(Duration hold) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withHeader(Duration header) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withStall(Duration stall) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withIdle(Duration idle) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withKeepAlive(Duration keepAlive) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withConnectRetries(Duration connectRetries) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withLinger(Duration linger) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }

    public ProxyTimes withDrain(Duration drain) {
        return new ProxyTimes(
                hold, lookup, connect, connectRetries, header, keepAlive, stall, idle, upstreamIdle, linger, drain);
    }
}
