import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** From the create call to the end of the first reply through the URL, and how many of them a second. */
final class CreateBench {

    private static final int ROUNDS = 3;
    private static final int ONE_BY_ONE = 40;
    private static final int AT_ONCE = 32;
    private static final int SUSTAINED = 160;

    static List<Row> measure() throws Exception {
        var data = Dev.temporary("create").resolve("data");
        try (var dev = Dev.start(data, "--warm-pool", "8")) {
            var counter = Counter.deploy(dev);
            warmUp(counter);
            var p50 = new ArrayList<Double>();
            var p99 = new ArrayList<Double>();
            var bare = new ArrayList<Double>();
            var rate = new ArrayList<Double>();
            var bareRate = new ArrayList<Double>();
            for (int round = 0; round < ROUNDS; round++) {
                var times = oneByOne(counter);
                p50.add(Row.percentile(times, 50));
                p99.add(Row.percentile(times, 99));
                bare.add(bareOneByOne());
                rate.add(perSecond(() -> {
                    counter.destroy(counter.createAndReach());
                    return null;
                }));
                bareRate.add(perSecond(Counter::bareSpawnToReply));
            }
            return List.of(
                    Row.absolute("create -> first reply, warm pool, p50", p50, bare, "bare deno run, p50", "ms", "<= 7 ms", ms -> ms <= 7),
                    Row.absolute("create -> first reply, warm pool, p99", p99, bare, "bare deno run, p50", "ms", "<= 20 ms", ms -> ms <= 20),
                    Row.relative("creates with first reply, 32 at once, sustained", rate, bareRate, "bare deno run, 32 at once", "/s", ">= 0.8 x", ratio -> ratio >= 0.8));
        }
    }

    private static void warmUp(Counter counter) throws Exception {
        for (int i = 0; i < ONE_BY_ONE; i++) {
            counter.destroy(counter.createAndReach());
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

    private static double bareOneByOne() throws Exception {
        var times = new ArrayList<Double>();
        for (int i = 0; i < 10; i++) {
            times.add(Counter.bareSpawnToReply());
        }
        return Row.median(times);
    }

    private static double perSecond(Callable<?> once) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
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
