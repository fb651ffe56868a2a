package rivet.controlplane.actor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;
import rivet.protocol.PortLimits;

/** Reads the {@code limits} of a port's {@code routing.guard}, and shows them again. */
final class LimitChecks {

    private static final String CONCURRENCY = "concurrency";
    private static final String CLIENT_RATE = "client_rate";
    private static final String TOKEN_RATE = "token_rate";
    private static final String BODY_BYTES = "body_bytes";
    private static final String HEADER_BYTES = "header_bytes";
    private static final String IDLE_MS = "idle_ms";
    private static final String REQUEST_MS = "request_ms";
    private static final String STREAM_MS = "stream_ms";
    private static final String REQUESTS = "requests";
    private static final String PER_MS = "per_ms";

    private static final Set<String> ALL =
            Set.of(CONCURRENCY, CLIENT_RATE, TOKEN_RATE, BODY_BYTES, HEADER_BYTES, IDLE_MS, REQUEST_MS, STREAM_MS);
    private static final String NAMED = "concurrency, client_rate, token_rate, body_bytes, header_bytes, idle_ms, "
            + "request_ms and stream_ms, each or none";

    private static final long MOST_REQUESTS = 1_000_000;
    private static final long LONGEST_BODY = 1L << 40;
    private static final long LEAST_HEADER = 256;
    /** What proxies take at all. */
    private static final long MOST_HEADER = 32 * 1024;

    private static final long SECOND = 1_000;
    private static final long HOUR = 3_600 * SECOND;
    private static final long DAY = 24 * HOUR;

    private LimitChecks() {}

    /**
     * @param hasTokens whether clients of the port show any
     * @return null where nothing is limited
     */
    static @Nullable PortLimits read(String field, @Nullable Object given, boolean hasTokens) {
        var limits = GuardChecks.object(field, given, "an object with " + NAMED);
        GuardChecks.only(field, limits, ALL, NAMED);
        if (limits.containsKey(TOKEN_RATE) && !hasTokens) {
            throw Problem.badField(field + "." + TOKEN_RATE, "set", "none without routing.guard.authorization");
        }
        var read = new PortLimits(
                integer(field, limits, CONCURRENCY, 1, MOST_REQUESTS),
                rate(field, limits, CLIENT_RATE),
                rate(field, limits, TOKEN_RATE),
                number(field, limits, BODY_BYTES, 0, LONGEST_BODY),
                integer(field, limits, HEADER_BYTES, LEAST_HEADER, MOST_HEADER),
                number(field, limits, IDLE_MS, SECOND, HOUR),
                number(field, limits, REQUEST_MS, SECOND, DAY),
                number(field, limits, STREAM_MS, SECOND, 7 * DAY));
        return read.equals(PortLimits.NONE) ? null : read;
    }

    static Map<String, Object> shown(PortLimits limits) {
        var shown = new LinkedHashMap<String, Object>();
        put(shown, CONCURRENCY, limits.concurrency());
        put(shown, CLIENT_RATE, shown(limits.clientRate()));
        put(shown, TOKEN_RATE, shown(limits.tokenRate()));
        put(shown, BODY_BYTES, limits.bodyBytes());
        put(shown, HEADER_BYTES, limits.headerBytes());
        put(shown, IDLE_MS, limits.idleMs());
        put(shown, REQUEST_MS, limits.requestMs());
        put(shown, STREAM_MS, limits.streamMs());
        return shown;
    }

    private static @Nullable Map<String, Object> shown(PortLimits.@Nullable Rate rate) {
        return rate == null ? null : Map.of(REQUESTS, rate.requests(), PER_MS, rate.perMs());
    }

    private static void put(Map<String, Object> shown, String name, @Nullable Object value) {
        if (value != null) {
            shown.put(name, value);
        }
    }

    private static PortLimits.@Nullable Rate rate(String field, Map<?, ?> limits, String name) {
        if (!limits.containsKey(name)) {
            return null;
        }
        var at = field + "." + name;
        var rate = GuardChecks.object(at, limits.get(name), "an object with requests and per_ms");
        GuardChecks.only(at, rate, Set.of(REQUESTS, PER_MS), "requests and per_ms");
        var requests = integer(at, rate, REQUESTS, 1, MOST_REQUESTS);
        var perMs = number(at, rate, PER_MS, SECOND, HOUR);
        if (requests == null || perMs == null) {
            throw Problem.badField(at, "only one of them", "requests and per_ms");
        }
        return new PortLimits.Rate(requests, perMs);
    }

    private static @Nullable Integer integer(String field, Map<?, ?> limits, String name, long least, long most) {
        var number = number(field, limits, name, least, most);
        return number == null ? null : Math.toIntExact(number);
    }

    private static @Nullable Long number(String field, Map<?, ?> limits, String name, long least, long most) {
        if (!limits.containsKey(name)) {
            return null;
        }
        var given = limits.get(name);
        var whole = given instanceof Integer || given instanceof Long;
        if (given instanceof Number number && whole && number.longValue() >= least && number.longValue() <= most) {
            return number.longValue();
        }
        throw Problem.badField(field + "." + name, given, "a whole number of %d to %d".formatted(least, most));
    }
}
