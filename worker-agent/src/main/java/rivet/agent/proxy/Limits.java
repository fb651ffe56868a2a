package rivet.agent.proxy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Access.Pass;
import rivet.agent.proxy.http.RequestHead;
import rivet.protocol.PortLimits;

/** What one port's creator lets clients do, and what they have done. Thread-safe. */
final class Limits {

    static final Limits NONE = new Limits(PortLimits.NONE);

    private static final int IPV6_NETWORK_GROUPS = 4;

    private final PortLimits set;
    private final @Nullable RateLimit clients;
    private final @Nullable RateLimit tokens;
    private final long idleNanos;
    private final long requestNanos;
    private final long streamNanos;

    private Limits(PortLimits set) {
        this.set = set;
        this.clients = set.clientRate() == null ? null : new RateLimit(set.clientRate());
        this.tokens = set.tokenRate() == null ? null : new RateLimit(set.tokenRate());
        this.idleNanos = nanos(set.idleMs());
        this.requestNanos = nanos(set.requestMs());
        this.streamNanos = nanos(set.streamMs());
    }

    static Limits of(@Nullable PortLimits set) {
        return set == null ? NONE : new Limits(set);
    }

    private static long nanos(@Nullable Long ms) {
        return ms == null ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** What speaks against a request before anybody looks at what it shows; counts it. Null where nothing does. */
    @Nullable
    Problem against(RequestHead head, String client) {
        if (this == NONE) {
            return null;
        }
        if (set.headerBytes() != null && head.clientBytes() > set.headerBytes()) {
            return Problem.headTooLarge(set.headerBytes());
        }
        if (isBodyTooLarge(head.contentLength())) {
            return bodyTooLarge();
        }
        return clients == null ? null : tooOften(clients.ask(network(client), System.nanoTime()), "client_rate_limit");
    }

    /** Whoever has an address of version 6 has a network of them: its first half. */
    private static String network(String address) {
        int at = -1;
        for (int groups = 0; groups < IPV6_NETWORK_GROUPS; groups++) {
            at = address.indexOf(':', at + 1);
            if (at < 0) {
                return address;
            }
        }
        return address.substring(0, at);
    }

    /** What speaks against one that was let in; counts it. Null where nothing does. */
    @Nullable
    Problem against(Pass pass) {
        if (tokens == null) {
            return null;
        }
        String token = pass.connection() == null ? "" : pass.connection().toString();
        return tooOften(tokens.ask(token, System.nanoTime()), "token_rate_limit");
    }

    private static @Nullable Problem tooOften(long waitNanos, String code) {
        return waitNanos == 0
                ? null
                : Problem.tooOften(
                        code, (int) (waitNanos / Duration.ofSeconds(1).toNanos()) + 1);
    }

    /** @param inFlight requests, this one among them */
    boolean isFull(int inFlight) {
        return set.concurrency() != null && inFlight > set.concurrency();
    }

    /** @param bytes so far, or of all */
    boolean isBodyTooLarge(long bytes) {
        return set.bodyBytes() != null && bytes > set.bodyBytes();
    }

    Problem bodyTooLarge() {
        return Problem.bodyTooLarge(set.bodyBytes() == null ? Long.MAX_VALUE : set.bodyBytes());
    }

    /** @param otherwise what every port has */
    boolean isIdle(long nanos, Duration otherwise) {
        return nanos > Math.min(idleNanos, otherwise.toNanos());
    }

    boolean isRequestOver(long nanos) {
        return nanos > requestNanos;
    }

    boolean isStreamOver(long nanos) {
        return nanos > streamNanos;
    }
}
