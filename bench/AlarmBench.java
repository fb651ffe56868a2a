import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/**
 * Ten thousand actors that sleep, with an alarm each for the same moment: how soon all of them have handled it and sleep again. One
 * round, because each alarm is a sample; the time that it takes is that of ten thousand starts of a process.
 */
final class AlarmBench {

    private static final int ACTORS = 10_000;
    private static final int AT_ONCE = 8;
    private static final int DUE_IN_SECONDS = 10;
    private static final long GIVE_UP_SECONDS = 1_800;
    private static final long LOOK_EVERY_MS = 200;

    private static final String SCRIPT = """
            export default {
              async start(ctx) {
                ctx.alarm.on(() => { setTimeout(() => ctx.sleep(), 0); });
              },
            };
            """;

    private static final String ALARMS = """
            insert into actor_alarm (actor_id, name, payload, scheduled_at, deliver_at, look_at)
            select id, 'default', '\\x00', due, due, due from actor, (select now() + interval '%d s' as due) as moment""".formatted(DUE_IN_SECONDS);

    static List<Row> measure() throws Exception {
        var data = Dev.temporary("alarms").resolve("data");
        try (var dev = Dev.start(data);
                var database = ScaleBench.connect(data)) {
            var folder = Dev.temporary("alarm-actors");
            Files.writeString(folder.resolve("alarm.js"), SCRIPT);
            Files.writeString(folder.resolve("rivet.json"), """
                    {"actors": {"alarm": {"script": "alarm.js"}}}""");
            dev.rivet(folder, "deploy");
            var first = dev.create("""
                    {"tags": {}, "build_tags": {"name": "alarm", "current": "true"}, "network": {"wait_ready": true}}""");
            SleepBench.sleep(dev, first.get("id").stringValue());
            SleepBench.copy(database, ACTORS);
            ScaleBench.run(database, ALARMS);
            var late = lateness(database);
            var bare = CreateBench.perSecond(AT_ONCE, Counter::bareSpawnToReply);
            var reference = "bare deno run, %d at once".formatted(AT_ONCE);
            var asSoonAs = List.of(ACTORS / 2 / bare);
            return List.of(
                    Row.relative("10,000 alarms due at once: handled", List.of(ACTORS / late.getLast()), List.of(bare), reference, "/s", "told", _ -> true),
                    Row.absolute("10,000 alarms due at once: late, p50", List.of(Row.percentile(late, 50)), asSoonAs, reference + ", half of them", "s", "told", _ -> true),
                    Row.absolute("10,000 alarms due at once: late, p99", List.of(Row.percentile(late, 99)), asSoonAs, reference + ", half of them", "s", "told", _ -> true));
        }
    }

    /** Seconds, in order, as far as looking every now and then tells. */
    private static List<Double> lateness(Connection database) throws Exception {
        var late = new ArrayList<Double>();
        try (var look = database.prepareStatement("""
                select count(*), coalesce(extract(epoch from clock_timestamp() - min(scheduled_at)), 0) from actor_alarm""")) {
            double now = 0;
            while (late.size() < ACTORS) {
                Thread.sleep(LOOK_EVERY_MS);
                int left;
                try (var row = look.executeQuery()) {
                    row.next();
                    left = row.getInt(1);
                    now = left == 0 ? now + LOOK_EVERY_MS / 1e3 : row.getDouble(2);
                }
                while (late.size() < ACTORS - left) {
                    late.add(now);
                }
                if (now > GIVE_UP_SECONDS) {
                    throw new IOException("%d alarms are not handled after %.0f s".formatted(left, now));
                }
            }
        }
        return late;
    }

    private AlarmBench() {}
}
