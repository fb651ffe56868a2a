import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** From the create call to the end of the first reply through the URL, and how many of them a second. */
final class CreateBench {

    private static final int ROUNDS = 3;
    private static final int ONE_BY_ONE = 40;
    private static final int SUSTAINED = 160;
    private static final int WARM_UPS = 4;

    static List<Row> measure() throws Exception {
        var data = Dev.temporary("create").resolve("data");
        try (var dev = Dev.start(data, "--warm-pool", "8")) {
            var counter = Counter.deploy(dev);
            warmUp(counter);
            var p50 = new ArrayList<Double>();
            var p95 = new ArrayList<Double>();
            var p99 = new ArrayList<Double>();
            var bare = new ArrayList<Double>();
            var eight = new ArrayList<Double>();
            var bareEight = new ArrayList<Double>();
            var many = new ArrayList<Double>();
            var bareMany = new ArrayList<Double>();
            for (int round = 0; round < ROUNDS; round++) {
                var times = oneByOne(counter);
                p50.add(Row.percentile(times, 50));
                p95.add(Row.percentile(times, 95));
                p99.add(Row.percentile(times, 99));
                bare.add(Counter.bareOneByOne());
                eight.add(perSecond(8, () -> createAndDestroy(counter)));
                bareEight.add(perSecond(8, Counter::bareSpawnToReply));
                many.add(perSecond(32, () -> createAndDestroy(counter)));
                bareMany.add(perSecond(32, Counter::bareSpawnToReply));
            }
            return List.of(
                    Row.absolute("create -> first reply, warm pool, p50", p50, bare, "bare deno run, p50", "ms", "<= 7 ms", ms -> ms <= 7),
                    Row.absolute("create -> first reply, warm pool, p95", p95, bare, "bare deno run, p50", "ms", "told", _ -> true),
                    Row.absolute("create -> first reply, warm pool, p99", p99, bare, "bare deno run, p50", "ms", "<= 20 ms", ms -> ms <= 20),
                    Row.relative("creates with first reply, 8 at once, sustained", eight, bareEight, "bare deno run, 8 at once", "/s", "told", _ -> true),
                    Row.relative("creates with first reply, 32 at once, sustained", many, bareMany, "bare deno run, 32 at once", "/s", ">= 0.8 x", ratio -> ratio >= 0.8));
        }
    }

    private static Object createAndDestroy(Counter counter) throws Exception {
        counter.destroy(counter.createAndReach());
        return counter;
    }

    /** The server's JVM compiles for its first few hundred creates; a server that runs for weeks is what is measured. */
    private static void warmUp(Counter counter) throws Exception {
        for (int i = 0; i < WARM_UPS; i++) {
            perSecond(8, () -> createAndDestroy(counter));
        }
    }

    /** The pool is given the time to fill again between two creates: this row is about one user who creates one actor. */
    private static List<Double> oneByOne(Counter counter) throws Exception {
        var times = new ArrayList<Double>();
        for (int i = 0; i < ONE_BY_ONE; i++) {
            var reached = counter.createAndReach();
            times.add(reached.ms());
            counter.destroy(reached);
            Thread.sleep(150);
        }
        return times;
    }

    static double perSecond(int atOnce, Callable<?> once) throws Exception {
        try (var threads = Executors.newFixedThreadPool(atOnce)) {
            var began = System.nanoTime();
            var all = new ArrayList<Callable<Object>>();
            for (int i = 0; i < SUSTAINED; i++) {
                all.add(once::call);
            }
            for (var done : threads.invokeAll(all)) {
                done.get();
            }
            return SUSTAINED / ((System.nanoTime() - began) / 1e9);
        }
    }

    private CreateBench() {}
}
