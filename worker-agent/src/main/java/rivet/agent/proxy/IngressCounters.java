package rivet.agent.proxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import rivet.protocol.PortProtocol;

/** What became of connections and datagrams at the numbers that lead to TCP and UDP ports. Thread-safe. */
public final class IngressCounters {

    /** It got through to its actor. */
    public static final String CARRIED = "carried";

    /** Nothing came or went for long. */
    static final String IDLE = "idle";

    /** What is counted. */
    public enum What {
        /** Once when it got through or was refused; and again with the cause when we end one that got through. */
        CONNECTION,
        /** A source of datagrams, from the first to a silence. */
        SESSION,
        /** One from a client. */
        DATAGRAM_IN,
        /** One from an actor. */
        DATAGRAM_OUT
    }

    private record Key(What what, PortProtocol protocol, String cause) {}

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<PortProtocol, LongAdder> open = new ConcurrentHashMap<>();

    /** What will surely be counted is there from the start, as 0. */
    IngressCounters() {
        start(What.CONNECTION, PortProtocol.TCP, CARRIED);
        start(What.CONNECTION, PortProtocol.TCP_TLS, CARRIED);
        start(What.DATAGRAM_IN, PortProtocol.UDP, CARRIED);
        start(What.DATAGRAM_OUT, PortProtocol.UDP, CARRIED);
        start(What.SESSION, PortProtocol.UDP, IDLE);
    }

    public record Count(What what, PortProtocol protocol, String cause, long count) {}

    void count(What what, PortProtocol protocol, String cause) {
        start(what, protocol, cause).increment();
    }

    private LongAdder start(What what, PortProtocol protocol, String cause) {
        return counts.computeIfAbsent(new Key(what, protocol, cause), _ -> new LongAdder());
    }

    void opened(PortProtocol protocol) {
        open.computeIfAbsent(protocol, _ -> new LongAdder()).increment();
    }

    void closed(PortProtocol protocol) {
        open.computeIfAbsent(protocol, _ -> new LongAdder()).decrement();
    }

    /** Sorted. */
    public List<Count> counts() {
        List<Count> all = new ArrayList<>();
        counts.forEach((key, count) -> all.add(new Count(key.what(), key.protocol(), key.cause(), count.sum())));
        all.sort(
                Comparator.comparing(Count::what).thenComparing(Count::protocol).thenComparing(Count::cause));
        return all;
    }

    /** Connections, or sources of datagrams, now. */
    public long open(PortProtocol protocol) {
        LongAdder now = open.get(protocol);
        return now == null ? 0 : now.sum();
    }
}
