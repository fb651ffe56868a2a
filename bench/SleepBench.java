import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** Ten thousand actors that sleep: what they cost while they do, and how soon one of them answers. */
final class SleepBench {

    private static final int ROUNDS = 3;
    private static final int ACTORS = 10_000;
    private static final int WAKES = 100;

    /** So that all loops have met the sleepers, and what they touch is counted. */
    private static final long SETTLE_MS = 10_000;

    /** All columns that are stored as they are given. */
    private static final String COPY = """
            do $$ declare columns text; begin
                select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
                where table_schema = 'public' and table_name = 'actor' and is_generated = 'NEVER' and column_name <> 'id';
                execute format('insert into actor (id, %1$s) select gen_random_uuid(), %1$s from actor, generate_series(2, ACTORS)', columns);
            end $$""";

    static List<Row> measure() throws Exception {
        var memory = new ArrayList<Double>();
        var disk = new ArrayList<Double>();
        var whole = new ArrayList<Double>();
        var p50 = new ArrayList<Double>();
        var p99 = new ArrayList<Double>();
        var bare = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            var data = Dev.temporary("sleep").resolve("data");
            try (var dev = Dev.start(data, "--warm-pool", "8");
                    var database = ScaleBench.connect(data)) {
                var counter = Counter.deploy(dev);
                var first = counter.createAndReach().id();
                for (int i = 0; i < WAKES; i++) { // the JVM compiles
                    sleep(dev, first);
                    wake(dev, first);
                    Thread.sleep(50);
                }
                sleep(dev, first);
                Thread.sleep(SETTLE_MS);
                var memoryBefore = memoryKib(dev, data);
                whole.add(memoryBefore / 1024);
                var diskBefore = diskKib(database);
                try (var once = ScaleBench.connect(data)) { // what Postgres keeps for who made them is not theirs
                    copy(once, ACTORS);
                }
                Thread.sleep(SETTLE_MS);
                memory.add((memoryKib(dev, data) - memoryBefore) / ACTORS);
                disk.add((diskKib(database) - diskBefore) / ACTORS);
                var times = wakes(dev, database);
                p50.add(Row.percentile(times, 50));
                p99.add(Row.percentile(times, 99));
                bare.add(Counter.bareOneByOne());
            }
        }
        return List.of(
                Row.absolute("10,000 asleep: resident memory of all, each", memory, whole, "all without them, MiB", "KiB", "<= 1 KiB", kib -> kib <= 1),
                Row.absolute("10,000 asleep: rows on disk, each", disk, whole, "all without them, MiB", "KiB", "told", _ -> true),
                Row.absolute("10,000 asleep: request -> first reply of one, p50", p50, bare, "bare deno run, p50", "ms", "<= 8 ms", ms -> ms <= 8),
                Row.absolute("10,000 asleep: request -> first reply of one, p99", p99, bare, "bare deno run, p50", "ms", "told", _ -> true));
    }

    /** Makes so many of the only one. */
    static void copy(Connection database, int actors) throws Exception {
        ScaleBench.run(database, COPY.replace("ACTORS", Integer.toString(actors)));
        ScaleBench.run(database, "vacuum analyze actor");
    }

    /** One after the other, each of which goes back to sleep: this row is about one user who comes back. */
    private static List<Double> wakes(Dev dev, Connection database) throws Exception {
        var times = new ArrayList<Double>();
        for (var id : some(database)) {
            times.add(wake(dev, id));
            sleep(dev, id);
            Thread.sleep(150);
        }
        return times;
    }

    private static List<String> some(Connection database) throws Exception {
        var ids = new ArrayList<String>();
        try (var statement = database.createStatement();
                var rows = statement.executeQuery("select id from actor order by id limit " + WAKES)) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    private static double wake(Dev dev, String id) throws IOException {
        var began = System.nanoTime();
        var reply = Http.get(dev.proxyPort, "/" + id + "-http/");
        var ms = (System.nanoTime() - began) / 1e6;
        if (reply.status() != 200 || !reply.body().contains(id)) {
            throw new IOException("no reply of the actor: " + reply);
        }
        return ms;
    }

    /** Returns when it sleeps. */
    static void sleep(Dev dev, String id) throws Exception {
        var asked = Http.send(dev.apiPort, "POST", "/actors/" + id + "/sleep", "{}");
        if (asked.status() != 200) {
            throw new IOException("sleep: " + asked);
        }
        var deadline = System.nanoTime() + 20_000_000_000L;
        while (!Http.get(dev.apiPort, "/actors/" + id).body().contains("\"sleeping\"")) {
            if (System.nanoTime() > deadline) {
                throw new IOException(id + " does not fall asleep");
            }
            Thread.sleep(5);
        }
    }

    private static double memoryKib(Dev dev, Path data) throws IOException {
        return MemoryBench.mib(MemoryBench.everything(dev, data)) * 1024;
    }

    private static double diskKib(Connection database) throws Exception {
        try (var statement = database.createStatement();
                var row = statement.executeQuery("select pg_database_size(current_database())")) {
            row.next();
            return row.getLong(1) / 1024.0;
        }
    }

    private SleepBench() {}
}
