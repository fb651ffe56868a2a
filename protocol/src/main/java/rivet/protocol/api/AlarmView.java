package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An alarm that an actor has set, as the API shows it. One without {@code every_ms} and {@code cron} fires once.
 *
 * @param nextAt for when it is: past where the actor has not handled it yet
 * @param everyMs between two of its times
 * @param timeZone of the cron expression
 * @param failures how often the actor could not handle this firing
 * @param payloadBytes how much it brings; what that is only the actor knows
 */
public record AlarmView(
        String name,
        Instant nextAt,
        @Nullable Long everyMs,
        @Nullable String cron,
        @Nullable String timeZone,
        int failures,
        int payloadBytes) {

    /** @param alarms in the order of their names, at most 100 */
    public record Many(List<AlarmView> alarms) {}
}
