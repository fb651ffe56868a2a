package rivet.actor;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/** An alarm to be {@linkplain Alarms#set set}: its name, when it fires, and what it brings. Immutable and thread-safe. */
public final class Alarm {

    private static final String ONLY_ONE = "default";

    private final String name;
    private final Schedule schedule;
    private final byte[] payload;

    Alarm(String name, Schedule schedule, byte[] payload) {
        this.name = name;
        this.schedule = schedule;
        this.payload = payload;
    }

    /** When an alarm fires. */
    public sealed interface Schedule {

        /**
         * Once.
         *
         * @param at when; at once if that is past
         */
        record Once(Instant at) implements Schedule {}

        /**
         * Again and again.
         *
         * @param period of whole milliseconds, 1 s to 366 days
         */
        record Every(Duration period) implements Schedule {}

        /**
         * By the calendar.
         *
         * @param expression five fields as of a crontab, or six of which the first is seconds
         * @param zone whose calendar
         */
        record Cron(String expression, ZoneId zone) implements Schedule {}
    }

    /**
     * Fires once.
     *
     * @param time when, in whole milliseconds; at once if that is past
     * @return an alarm named {@code default} without a payload
     */
    public static Alarm at(Instant time) {
        return new Alarm(ONLY_ONE, new Schedule.Once(Objects.requireNonNull(time)), new byte[0]);
    }

    /**
     * Fires again and again, for the first time one period after it was set.
     *
     * @param period of whole milliseconds, 1 s to 366 days
     * @return an alarm named {@code default} without a payload
     */
    public static Alarm every(Duration period) {
        return new Alarm(ONLY_ONE, new Schedule.Every(Objects.requireNonNull(period)), new byte[0]);
    }

    /**
     * Fires by the calendar of UTC; {@link #in} names another.
     *
     * @param expression five fields as of a crontab, such as {@code 0 9 * * MON-FRI}, or six of which the first is seconds
     * @return an alarm named {@code default} without a payload
     */
    public static Alarm cron(String expression) {
        return new Alarm(ONLY_ONE, new Schedule.Cron(Objects.requireNonNull(expression), ZoneOffset.UTC), new byte[0]);
    }

    /**
     * Goes by the calendar of a place.
     *
     * @param zone such as {@code Europe/Berlin}
     * @return an alarm that does
     * @throws IllegalStateException if this is none by the calendar
     */
    public Alarm in(ZoneId zone) {
        if (schedule instanceof Schedule.Cron(var expression, var _)) {
            return new Alarm(name, new Schedule.Cron(expression, Objects.requireNonNull(zone)), payload);
        }
        throw new IllegalStateException("zone: of %s (expected: of one made by cron)".formatted(schedule));
    }

    /**
     * Gives it a name: the actor has one alarm of each.
     *
     * @param name 1 to 128 bytes in UTF-8
     * @return an alarm with this name
     */
    public Alarm named(String name) {
        return new Alarm(Objects.requireNonNull(name), schedule, payload);
    }

    /**
     * Gives it what it brings when it fires.
     *
     * @param payload at most 8 KiB
     * @return an alarm with it
     */
    public Alarm with(byte[] payload) {
        return new Alarm(name, schedule, payload.clone());
    }

    /**
     * What the actor calls it.
     *
     * @return {@code default} unless it was {@link #named}
     */
    public String name() {
        return name;
    }

    /**
     * When it fires.
     *
     * @return never null
     */
    public Schedule schedule() {
        return schedule;
    }

    /**
     * What it brings.
     *
     * @return a new array
     */
    public byte[] payload() {
        return payload.clone();
    }

    @Override
    public String toString() {
        return "%s (%s, %d bytes)".formatted(name, schedule, payload.length);
    }
}
