package rivet.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When a call that may be repeated is repeated. Pure but for the chance that keeps many clients from coming back at once.
 *
 * @param retries after the first attempt
 * @param random 0 (inclusive) to 1 (exclusive)
 */
record RetryPolicy(int retries, DoubleSupplier random) {

    static final int DEFAULT_RETRIES = 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final double JITTER = 0.2;

    /** @param attempt counts from 1 @return empty if the failure is final */
    Optional<Duration> pauseAfter(int attempt, RivetException failure) {
        if (attempt > retries || !passing(failure)) {
            return Optional.empty();
        }
        return Optional.of(wanted(failure).orElseGet(() -> pause(attempt)));
    }

    /** Whether it may be gone the next time. */
    private static boolean passing(RivetException failure) {
        return switch (failure) {
            case RivetException.Unavailable _, RivetException.RateLimited _ -> true;
            case RivetException.ServerFault fault -> fault.status() >= 500 && fault.status() != 501;
            case RivetException.TimedOut timedOut -> timedOut.status() == 408;
            case RivetException.NotFound _,
                    RivetException.Conflict _,
                    RivetException.Invalid _,
                    RivetException.Unauthorized _,
                    RivetException.Forbidden _,
                    RivetException.ActorEnded _ -> false;
        };
    }

    private static Optional<Duration> wanted(RivetException failure) {
        return switch (failure) {
            case RivetException.RateLimited limited -> limited.retryAfter();
            case RivetException.Unavailable unavailable -> unavailable.retryAfter();
            default -> Optional.empty();
        };
    }

    private Duration pause(int attempt) {
        // From the 7th on it is the longest anyway, and a shift must not overflow.
        var doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 6));
        var pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        var factor = 1 - JITTER + 2 * JITTER * random.getAsDouble();
        return Duration.ofMillis(Math.round(pause.toMillis() * factor));
    }
}
