import cluster.Restart;
import java.util.ArrayList;
import java.util.List;

/** kill -9 of an agent with 50 actors under load, and its start: the processes are the same, and requests come through again. */
final class RestartBench {

    private static final int ROUNDS = 3;

    static List<Row> measure() throws Exception {
        var bare = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            bare.add(StartBench.bareJvm(Dev.HOME.resolve("worker-agent/target/lib") + "/*"));
        }
        var times = Restart.measure(ROUNDS);
        return List.of(
                row("agent killed, 50 actors: start to first reply", times.stream().map(Restart.Times::firstMs).toList(), bare),
                row("agent killed, 50 actors: start to replies of all", times.stream().map(Restart.Times::allMs).toList(), bare));
    }

    private static Row row(String name, List<Double> ours, List<Double> bare) {
        return Row.absolute(name, ours, bare, "a JVM with its class path that prints a word", "ms", "<= 2000 ms", ms -> ms <= 2000);
    }

    private RestartBench() {}
}
