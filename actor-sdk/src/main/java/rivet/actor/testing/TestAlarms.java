package rivet.actor.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rivet.actor.Alarm;
import rivet.actor.Alarms;
import rivet.actor.FiredAlarm;

/** Alarms in memory that fire when a test says so. Thread-safe. */
final class TestAlarms implements Alarms {

    private final TreeMap<String, Next> set = new TreeMap<>();
    private @Nullable Handler handler;

    @Override
    public synchronized Instant set(Alarm alarm) {
        var before = set.get(alarm.name());
        var at = before != null && before.alarm().schedule().equals(alarm.schedule())
                ? before.at()
                : switch (alarm.schedule()) {
                    case Alarm.Schedule.Once(var time) -> time;
                    case Alarm.Schedule.Every(var period) -> Instant.now().plus(period);
                    case Alarm.Schedule.Cron _ -> Instant.MAX;
                };
        set.put(alarm.name(), new Next(alarm, at));
        return at;
    }

    @Override
    public synchronized List<Next> list() {
        return new ArrayList<>(set.values());
    }

    @Override
    public synchronized boolean delete(String name) {
        return set.remove(name) != null;
    }

    @Override
    public synchronized Registration on(Handler one) {
        if (handler != null) {
            throw new IllegalStateException("handler: there is one already (expected: one for all alarms)");
        }
        handler = one;
        return () -> end(one);
    }

    void fire(String name) throws Exception {
        var alarm = pending(name);
        handler().fired(FiredAlarm.inTime(alarm));
        done(alarm);
    }

    private synchronized Alarm pending(String name) {
        var next = set.get(name);
        if (next == null) {
            throw new AssertionError("alarm '%s': it is not set (set are: %s)".formatted(name, set.keySet()));
        }
        return next.alarm();
    }

    private synchronized Handler handler() {
        if (handler == null) {
            throw new AssertionError("the actor has no handler for its alarms");
        }
        return handler;
    }

    private synchronized void done(Alarm alarm) {
        set.computeIfPresent(alarm.name(), (_, next) -> next.alarm() == alarm ? after(next) : next);
    }

    private static @Nullable Next after(Next next) {
        return switch (next.alarm().schedule()) {
            case Alarm.Schedule.Once _ -> null;
            case Alarm.Schedule.Every(Duration period) ->
                new Next(next.alarm(), next.at().plus(period));
            case Alarm.Schedule.Cron _ -> next;
        };
    }

    private synchronized void end(Handler one) {
        if (one.equals(handler)) {
            handler = null;
        }
    }
}
