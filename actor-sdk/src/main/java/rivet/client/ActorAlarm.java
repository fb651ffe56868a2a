package rivet.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an actor has set to be woken for. One without {@code everyMs} and {@code cron} fires once.
 *
 * @param name unique among those of the actor
 * @param nextAt for when it is, by the server's clock; past where it is due and the actor has not handled it
 * @param everyMs milliseconds from one of its times to the next; {@code null} if it has no such rhythm
 * @param cron its expression; {@code null} if it has none
 * @param timeZone of the expression; {@code null} without one
 * @param failures how often the actor could not handle this firing
 * @param payloadBytes how much it brings; what that is only the actor knows
 */
public record ActorAlarm(
        String name,
        Instant nextAt,
        @Nullable Long everyMs,
        @Nullable String cron,
        @Nullable String timeZone,
        int failures,
        int payloadBytes) {

    /** Checks that the server sent what an alarm always has. */
    public ActorAlarm {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(nextAt, "nextAt");
    }

    /**
     * From one of its times to the next.
     *
     * @return empty for one that fires once, or by a cron expression
     */
    public Optional<Duration> every() {
        return Optional.ofNullable(everyMs).map(Duration::ofMillis);
    }
}
