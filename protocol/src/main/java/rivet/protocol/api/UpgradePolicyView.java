package rivet.protocol.api;

import org.jspecify.annotations.Nullable;

/**
 * When an actor gets its new build.
 *
 * @param policy {@code now}: what runs is stopped for it; {@code drain}: likewise, when the requests and connections that it has
 *     have ended; {@code when_idle}: likewise, once it has neither; {@code next_start}: whenever it is started next
 * @param deadline ms that {@code drain} and {@code when_idle} wait at most
 * @param atDeadline what {@code when_idle} does then: {@code now}, {@code drain} or {@code next_start}
 */
public record UpgradePolicyView(
        @Nullable String policy,
        @Nullable Long deadline,
        @Nullable String atDeadline) {}
