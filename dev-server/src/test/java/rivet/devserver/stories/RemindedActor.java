package rivet.devserver.stories;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import rivet.actor.Actor;
import rivet.actor.ActorContext;
import rivet.actor.Alarm;
import rivet.actor.FiredAlarm;
import rivet.actor.KvKey;

/** In a jar of its own it is an actor that hears of its alarms, of the first one twice. */
public final class RemindedActor implements Actor {

    @Override
    public void start(ActorContext context) throws InterruptedException {
        var alarms = context.alarms();
        alarms.set(Alarm.every(Duration.ofHours(1)).named("hourly"));
        alarms.set(Alarm.cron("0 9 * * *").in(ZoneId.of("Europe/Berlin")).named("daily"));
        alarms.on(alarm -> heard(context, alarm));
        alarms.set(Alarm.at(Instant.EPOCH).named("once").with("payload".getBytes(StandardCharsets.UTF_8)));
        context.shutdown().await();
    }

    private static void heard(ActorContext context, FiredAlarm alarm) {
        var said = "%s %s %s %d %b"
                .formatted(
                        alarm.name(),
                        new String(alarm.payload(), StandardCharsets.UTF_8),
                        alarm.scheduledAt(),
                        alarm.missed(),
                        alarm.late().compareTo(Duration.ofDays(1)) > 0);
        context.kv().put(KvKey.of("heard", alarm.attempt()), said.getBytes(StandardCharsets.UTF_8));
        context.kv().put(KvKey.of("id", alarm.id().toString()), new byte[0]);
        if (alarm.attempt() == 1) {
            throw new IllegalStateException("not now");
        }
        context.alarms().delete("hourly");
        context.kv().add(KvKey.of("handled"), context.alarms().get("daily").isPresent() ? 1 : 100);
    }
}
