package rivet.actor;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import rivet.actor.KvCodec.Out;

/** Calls about alarms and answers ⇄ bytes, as docs/reference/kv-wire.md has them. */
final class AlarmCodec {

    private static final int SET = 32;
    private static final int DELETE = 33;
    private static final int DONE = 34;
    private static final int FAILED = 35;
    private static final int LIST = 36;
    private static final int NEXT = 37;

    private static final int ONCE = 1;
    private static final int EVERY = 2;
    private static final int CRON = 3;

    private AlarmCodec() {}

    /** What is to be handled now, or how long nothing is. */
    sealed interface Told {

        record Fired(FiredAlarm alarm) implements Told {}

        /** @param waitMs -1: no alarm is set */
        record NotDue(long waitMs) implements Told {}
    }

    static byte[] set(Alarm alarm) {
        var out = new Out().tag(SET).text(alarm.name());
        switch (alarm.schedule()) {
            case Alarm.Schedule.Once(var at) -> out.tag(ONCE).number(at.toEpochMilli());
            case Alarm.Schedule.Every(var period) -> out.tag(EVERY).number(period.toMillis());
            case Alarm.Schedule.Cron(var expression, var zone) ->
                out.tag(CRON).text(expression).text(zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId());
        }
        return out.bytes(KvCodec.raw(alarm.payload()).array()).done();
    }

    static byte[] delete(String name) {
        return new Out().tag(DELETE).text(name).done();
    }

    static byte[] done(FiredAlarm alarm) {
        return said(DONE, alarm);
    }

    static byte[] failed(FiredAlarm alarm) {
        return said(FAILED, alarm);
    }

    static byte[] list() {
        return new Out().tag(LIST).done();
    }

    static byte[] next() {
        return new Out().tag(NEXT).done();
    }

    static List<Alarms.Next> listed(byte[] answer) {
        return KvCodec.list(KvCodec.accepted(answer), in -> {
            var name = KvCodec.text(in);
            var schedule = schedule(in);
            var at = Instant.ofEpochMilli(in.getLong());
            return new Alarms.Next(new Alarm(name, schedule, payload(in)), at);
        });
    }

    static Told told(byte[] answer) {
        var in = KvCodec.accepted(answer);
        if (in.get() == 0) {
            return new Told.NotDue(in.getLong());
        }
        var name = KvCodec.text(in);
        var id = new UUID(in.getLong(), in.getLong());
        var scheduledAt = Instant.ofEpochMilli(in.getLong());
        var late = Duration.ofMillis(in.getLong());
        long missed = in.getLong();
        long failures = in.getLong();
        return new Told.Fired(new FiredAlarm(id, name, scheduledAt, late, missed, failures + 1, payload(in)));
    }

    private static byte[] said(int what, FiredAlarm alarm) {
        return new Out()
                .tag(what)
                .text(alarm.name())
                .number(alarm.id().getMostSignificantBits())
                .number(alarm.id().getLeastSignificantBits())
                .done();
    }

    private static Alarm.Schedule schedule(ByteBuffer in) {
        return switch (in.get()) {
            case ONCE -> new Alarm.Schedule.Once(Instant.ofEpochMilli(in.getLong()));
            case EVERY -> new Alarm.Schedule.Every(Duration.ofMillis(in.getLong()));
            default -> new Alarm.Schedule.Cron(KvCodec.text(in), zone(KvCodec.text(in)));
        };
    }

    private static ZoneId zone(String name) {
        return name.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(name);
    }

    /** What a program in another language has set is given as it is. */
    private static byte[] payload(ByteBuffer in) {
        var kept = KvCodec.bytes(in);
        return kept.length > 0 && kept[0] == KvCodec.RAW ? Arrays.copyOfRange(kept, 1, kept.length) : kept;
    }
}
