package rivet.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** A firing of an alarm, as its {@linkplain Alarms#on handler} hears of it. Immutable and thread-safe. */
public final class FiredAlarm {

    private final UUID id;
    private final String name;
    private final Instant scheduledAt;
    private final Duration late;
    private final long missed;
    private final long attempt;
    private final byte[] payload;

    FiredAlarm(UUID id, String name, Instant scheduledAt, Duration late, long missed, long attempt, byte[] payload) {
        this.id = id;
        this.name = name;
        this.scheduledAt = scheduledAt;
        this.late = late;
        this.missed = missed;
        this.attempt = attempt;
        this.payload = payload;
    }

    /**
     * A firing for tests of handlers: the first attempt at one that is in time.
     *
     * @param alarm what fires
     * @return a firing with an id of its own, scheduled now
     */
    public static FiredAlarm inTime(Alarm alarm) {
        return new FiredAlarm(UUID.randomUUID(), alarm.name(), Instant.now(), Duration.ZERO, 0, 1, alarm.payload());
    }

    /**
     * Names this firing: the same until it is handled, however often the actor hears of it, and never used again. What must not be done
     * twice is kept together with it.
     *
     * @return never null
     */
    public UUID id() {
        return id;
    }

    /**
     * Which alarm.
     *
     * @return its name
     */
    public String name() {
        return name;
    }

    /**
     * When it was to fire.
     *
     * @return by the database's clock
     */
    public Instant scheduledAt() {
        return scheduledAt;
    }

    /**
     * How late it is told, by the database's clock alone.
     *
     * @return at least zero
     */
    public Duration late() {
        return late;
    }

    /**
     * How many more of its times have passed meanwhile. They do not fire any more.
     *
     * @return 0 to 1,000, which stands for that or more
     */
    public long missed() {
        return missed;
    }

    /**
     * Which attempt at this firing this is; attempts that ended with the process are not counted.
     *
     * @return from 1
     */
    public long attempt() {
        return attempt;
    }

    /**
     * What was given when it was set.
     *
     * @return a new array
     */
    public byte[] payload() {
        return payload.clone();
    }

    @Override
    public String toString() {
        return "%s (%s, scheduled at %s, attempt %d)".formatted(name, id, scheduledAt, attempt);
    }
}
