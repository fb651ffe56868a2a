package rivet.controlplane.alarm;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import org.springframework.scheduling.support.CronExpression;
import rivet.protocol.kv.AlarmSchedule;

/** At which times a schedule fires. */
final class Calendar {

    /** More are not counted: a second's alarm after a year away would be counted for long. */
    static final int MOST_MISSED = 1_000;

    private static final int FIELDS_OF_A_CRONTAB = 5;

    private Calendar() {}

    /** @throws IllegalArgumentException saying what is wrong with a calendar's expression or its zone */
    static Optional<Instant> first(AlarmSchedule schedule, Instant now) {
        return switch (schedule) {
            case AlarmSchedule.Once(var atMs) -> Optional.of(Instant.ofEpochMilli(atMs));
            case AlarmSchedule.Every(var periodMs) -> Optional.of(now.plusMillis(periodMs));
            case AlarmSchedule.Cron cron -> Cron.of(cron).after(now);
        };
    }

    /** Times that passed are left out; empty: it fires no more. */
    static Optional<Instant> next(AlarmSchedule schedule, Instant last, Instant now) {
        return switch (schedule) {
            case AlarmSchedule.Once _ -> Optional.empty();
            case AlarmSchedule.Every(var periodMs) ->
                Optional.of(last.plusMillis((passed(last, now, periodMs) + 1) * periodMs));
            case AlarmSchedule.Cron cron -> Cron.of(cron).after(last.isAfter(now) ? last : now);
        };
    }

    /** How many of its times have passed since the last one; at most {@value #MOST_MISSED}. */
    static long missed(AlarmSchedule schedule, Instant last, Instant now) {
        return switch (schedule) {
            case AlarmSchedule.Once _ -> 0;
            case AlarmSchedule.Every(var periodMs) -> Math.min(passed(last, now, periodMs), MOST_MISSED);
            case AlarmSchedule.Cron cron -> {
                var times = Cron.of(cron);
                int missed = 0;
                for (var time = times.after(last);
                        missed < MOST_MISSED && time.isPresent() && !time.get().isAfter(now);
                        time = times.after(time.get())) {
                    missed++;
                }
                yield missed;
            }
        };
    }

    /** Where the clock has gone back, none. */
    private static long passed(Instant last, Instant now, long periodMs) {
        return Math.max(0, (now.toEpochMilli() - last.toEpochMilli()) / periodMs);
    }

    private record Cron(CronExpression expression, ZoneId zone) {

        static Cron of(AlarmSchedule.Cron cron) {
            return new Cron(expression(cron.expression().strip()), zone(cron.zone()));
        }

        private static CronExpression expression(String text) {
            boolean isCrontab = text.split("\\s+").length == FIELDS_OF_A_CRONTAB;
            try {
                return CronExpression.parse(isCrontab ? "0 " + text : text);
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "cron: '%s' (expected: five fields as of a crontab, or six of which the first is seconds)"
                                .formatted(text),
                        e);
            }
        }

        private static ZoneId zone(String name) {
            try {
                return ZoneId.of(name);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "time zone: '%s' (expected: one such as Europe/Berlin)".formatted(name), e);
            }
        }

        Optional<Instant> after(Instant time) {
            return Optional.ofNullable(expression.next(time.atZone(zone))).map(ZonedDateTime::toInstant);
        }
    }
}
