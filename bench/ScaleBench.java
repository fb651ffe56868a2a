import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A million actors, nine of ten destroyed, in the dev server's own Postgres: what a call costs that looks for some of them. */
final class ScaleBench {

    private static final int ACTORS = 1_000_000;
    private static final int CALLS = 300;
    private static final String LIVE = "n % 10 = 0";

    /** A page by the primary key alone is what a list cannot be faster than. */
    private static final String REFERENCE = "select * from actor where id = any(array(select id from actor order by id limit 32))";

    static List<Row> measure() throws Exception {
        var data = Dev.temporary("scale").resolve("data");
        try (var dev = Dev.start(data); var database = connect(data)) {
            Counter.deploy(dev);
            fill(database);
            printPlans(database);
            for (int i = 0; i < 1_000; i++) { // the JVM compiles
                ok(dev, list("{\"kind\":\"common\"}"));
                ok(dev, "/actors");
            }
            var rows = new ArrayList<Row>();
            var reference = p99(() -> run(database, REFERENCE));
            rows.add(row("list, no tags, p99", dev, "/actors", reference));
            rows.add(row("list by a tag that 100,000 live actors have, p99", dev, list("{\"kind\":\"common\"}"), reference));
            rows.add(row("list by a tag that one live actor has, p99", dev, list("{\"room\":\"500000\"}"), reference));
            rows.add(row("list by both tags, p99", dev, list("{\"kind\":\"common\",\"room\":\"500000\"}"), reference));
            rows.add(row("list by a tag, destroyed ones too, p99", dev, list("{\"kind\":\"common\"}") + "&include_destroyed=true", reference));
            rows.add(row("query by a tag, p99", dev, query("{\"string_equal\":{\"property\":\"tags\",\"map_key\":\"kind\",\"value\":\"common\"}}"), reference));
            rows.add(row("query by an id, p99", dev, query("{\"string_equal\":{\"property\":\"actor_id\",\"value\":\"00000000-0000-4000-8000-000000500000\"}}"), reference));
            rows.add(row("query for live actors, p99", dev, query("{\"number_equal\":{\"property\":\"destroyed_at\",\"value\":0}}"), reference));
            rows.add(row("get by key, p99", () -> byKey(dev), reference));
            rows.add(paging(dev, database));
            return rows;
        }
    }

    static Connection connect(Path data) throws Exception {
        var lines = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"));
        var password = Files.readString(data.resolve("postgres/password")).strip();
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:%s/postgres".formatted(lines.get(3).strip()), "postgres", password);
    }

    private static void fill(Connection database) throws Exception {
        run(database, "alter table actor disable trigger user");
        run(database, """
                insert into actor (id, environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib, state, generation,
                    created_at, started_at, destroyed_at)
                select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, e.id, 'local', b.id,
                    jsonb_build_object('kind', 'common', 'room', n::text),
                    '{"environment": {}, "network": "bridge", "ports": {}, "endpoint": "path", "grace": "PT5S", "durable": false}'::jsonb
                        || jsonb_build_object('key', 'room-' || n),
                    250, 256,
                    case when LIVE then '{"status": "crash_backoff", "since_ms": 1000, "due_ms": 99999999999999, "crashes": 2,
                             "last": {"reason": "exited", "exit_code": 1, "message": ""}}'::jsonb
                         else '{"status": "destroyed", "since_ms": 1000, "reason": "completed"}' end, 1,
                    clock_timestamp() - (%d - n) * interval '1 s', null, case when LIVE then null else clock_timestamp() end
                from generate_series(1, %d) as n, (select id from environment where slug = 'default') e,
                    (select id from build limit 1) b
                """.formatted(ACTORS, ACTORS).replace("LIVE", LIVE));
        run(database, """
                insert into actor_tag select actor_tag_number(a.environment_id, t.key, t.value), a.destroyed_at is null, a.created_at, a.id
                from actor a cross join lateral jsonb_each_text(a.tags) as t on conflict do nothing
                """);
        run(database, "alter table actor enable trigger user");
        run(database, "vacuum analyze actor");
        run(database, "vacuum analyze actor_tag");
    }

    private static void printPlans(Connection database) throws Exception {
        var environment = "(select id from environment where slug = 'default')";
        explain(database, "the walk of a list by tag", """
                select t.created_at, t.actor_id from actor_tag t
                where t.tag = actor_tag_number(%s, 'kind', 'common') and t.live and (t.created_at, t.actor_id) < (clock_timestamp(), gen_random_uuid())
                order by t.created_at desc, t.actor_id desc limit 33""".formatted(environment));
        explain(database, "the look for a key", """
                select * from actor a where a.environment_id = %s and a.key = 'room-500000' and a.status <> 'destroyed'""".formatted(environment));
        explain(database, "the walk of a list without tags", """
                select a.created_at, a.id from actor a
                where a.environment_id = %s and a.destroyed_at is null order by a.created_at desc, a.id desc limit 33""".formatted(environment));
    }

    private static void explain(Connection database, String what, String sql) throws Exception {
        System.err.printf("plan of %s:%n", what);
        try (var statement = database.createStatement(); var rows = statement.executeQuery("explain (analyze, buffers, costs off) " + sql)) {
            while (rows.next()) {
                System.err.println("  " + rows.getString(1));
            }
        }
    }

    private static Row row(String name, Dev dev, String path, double reference) throws Exception {
        return row(name, () -> ok(dev, path), reference);
    }

    private static Row row(String name, Call call, double reference) throws Exception {
        var p99 = new ArrayList<Double>();
        for (int round = 0; round < 3; round++) {
            p99.add(p99(call));
        }
        return Row.absolute("1,000,000 actors: " + name, p99, List.of(reference), "32 rows by primary key in SQL, p99", "ms", "<= 20 ms", ms -> ms <= 20);
    }

    private static void byKey(Dev dev) throws Exception {
        var reply = Http.send(dev.apiPort, "PUT", "/actors", "{\"key\":\"room-500000\",\"tags\":{},\"build_tags\":{\"name\":\"counter\"}}");
        if (reply.status() != 200 || !reply.body().contains("00000000-0000-4000-8000-000000500000")) {
            throw new IllegalStateException(reply.toString());
        }
    }

    /** All live actors with one tag, page by page, while others with the tag are created and destroyed. */
    private static Row paging(Dev dev, Connection database) throws Exception {
        var going = new AtomicBoolean(true);
        var churn = Thread.startVirtualThread(() -> churn(dev, going));
        var seen = new ArrayList<String>();
        var times = new ArrayList<Double>();
        for (var cursor = ""; ; ) {
            var began = System.nanoTime();
            var page = Dev.JSON.readTree(ok(dev, list("{\"kind\":\"common\"}") + cursor));
            times.add((System.nanoTime() - began) / 1e6);
            page.get("actors").forEach(actor -> seen.add(actor.get("id").asString()));
            if (!page.get("pagination").has("cursor")) {
                break;
            }
            cursor = "&cursor=" + encoded(page.get("pagination").get("cursor").asString());
        }
        going.set(false);
        churn.join();
        var once = new HashSet<>(seen);
        var old = once.stream().filter(id -> id.startsWith("00000000-0000-4000-8000-")).count();
        var each = old == ACTORS / 10 && once.size() == seen.size();
        return Row.absolute(
                "paging all 100,000 of one tag under churn, each once: page p99", List.of(Row.percentile(times, 99)), List.of(Row.median(times)),
                "its own median", "ms", "each once", _ -> each);
    }

    private static void churn(Dev dev, AtomicBoolean going) {
        while (going.get()) {
            try {
                var actor = dev.create("{\"tags\":{\"kind\":\"common\"},\"build_tags\":{\"name\":\"counter\"}}");
                dev.destroy(actor.get("id").asString());
                Thread.sleep(20);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private interface Call {
        void make() throws Exception;
    }

    private static double p99(Call call) throws Exception {
        for (int i = 0; i < 50; i++) {
            call.make();
        }
        var times = new ArrayList<Double>();
        for (int i = 0; i < CALLS; i++) {
            var began = System.nanoTime();
            call.make();
            times.add((System.nanoTime() - began) / 1e6);
        }
        return Row.percentile(times, 99);
    }

    private static String ok(Dev dev, String path) throws Exception {
        var reply = Http.get(dev.apiPort, path);
        if (reply.status() != 200) {
            throw new IllegalStateException(path + ": " + reply);
        }
        return reply.body();
    }

    static void run(Connection database, String sql) throws Exception {
        try (var statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String list(String tags) {
        return "/actors?tags_json=" + encoded(tags);
    }

    private static String query(String json) {
        return "/actors/query?query_json=" + encoded(json);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private ScaleBench() {}
}
