package rivet.controlplane.auth;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;

/**
 * Bounds how often a token may be shown: a token bucket for each, in this replica's memory, so that N replicas together let N
 * times as much through. Thread-safe.
 */
@Component
final class RateLimit {

    /** Those used least lately are forgotten, and so start anew. */
    private static final int MOST_BUCKETS = 10_000;

    private final int perMinute;
    private final Map<UUID, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Bucket> eldest) {
            return size() > MOST_BUCKETS;
        }
    };

    RateLimit(AuthSettings settings) {
        this.perMinute = settings.requestsPerMinute();
    }

    /** @throws Problem 429 with the time after which there is room again */
    void count(UUID token) {
        if (perMinute > 0) {
            var wait = take(token, System.nanoTime());
            if (wait.isPositive()) {
                throw new Problem(
                                HttpStatus.TOO_MANY_REQUESTS,
                                "API_RATE_LIMIT",
                                "this token may make %d requests per minute".formatted(perMinute))
                        .retryAfter(wait);
            }
        }
    }

    private synchronized Duration take(UUID token, long nanos) {
        return buckets.computeIfAbsent(token, _ -> new Bucket(perMinute, nanos)).take(nanos);
    }

    /** Full it holds a minute's requests, and it is filled evenly. Belongs to one thread at a time. */
    static final class Bucket {
        private static final double NANOS_PER_MINUTE = Duration.ofMinutes(1).toNanos();

        private final int perMinute;
        private double left;
        private long filledAt;

        Bucket(int perMinute, long nanos) {
            this.perMinute = perMinute;
            this.left = perMinute;
            this.filledAt = nanos;
        }

        /** @param nanos of a clock that only goes forward @return how long to wait; zero: taken */
        Duration take(long nanos) {
            left = Math.min(perMinute, left + (nanos - filledAt) * perMinute / NANOS_PER_MINUTE);
            filledAt = nanos;
            if (left < 1) {
                return Duration.ofNanos((long) Math.ceil((1 - left) * NANOS_PER_MINUTE / perMinute));
            }
            left--;
            return Duration.ZERO;
        }
    }
}
