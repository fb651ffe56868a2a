import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the named groups and prints their rows, a table for people or a JSON object a line; keeps them in results/. */
final class Bench {

    interface Group {
        List<Row> measure() throws Exception;
    }

    private static final Map<String, Group> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("start", StartBench::measure);
        GROUPS.put("memory", MemoryBench::measure);
        GROUPS.put("create", CreateBench::measure);
        GROUPS.put("proxy", ProxyBench::requests);
        GROUPS.put("proxy-bodies", ProxyBench::bodies);
        GROUPS.put("proxy-hops", ProxyBench::hops);
        GROUPS.put("proxy-routes", ProxyBench::routes);
        GROUPS.put("proxy-sockets", SocketBench::measure);
        GROUPS.put("kv", KvBench::measure);
        GROUPS.put("counters", CounterBench::measure);
        GROUPS.put("sleep", SleepBench::measure);
        GROUPS.put("alarms", AlarmBench::measure);
        GROUPS.put("scale", ScaleBench::measure);
        GROUPS.put("restart", RestartBench::measure);
    }

    public static void main(String[] args) throws Exception {
        var names = new ArrayList<>(List.of(args));
        var json = names.remove("--json");
        for (var name : names) {
            if (!GROUPS.containsKey(name)) {
                System.err.printf("bench/run: no group '%s' (there are: %s)%n", name, String.join(", ", GROUPS.keySet()));
                System.exit(2);
            }
        }
        if (!json) {
            System.out.println(Row.TITLE);
        }
        for (var group : GROUPS.entrySet()) {
            if (names.isEmpty() || names.contains(group.getKey())) {
                System.err.printf("measuring %s …%n", group.getKey());
                var rows = group.getValue().measure();
                rows.forEach(row -> System.out.println(json ? row.json() : row.line()));
                keep(group.getKey(), rows);
            }
        }
    }

    /** The newest figures of each group, for whoever compares; not under version control. */
    private static void keep(String group, List<Row> rows) throws IOException {
        var folder = Files.createDirectories(Dev.HOME.resolve("bench/results"));
        Files.write(folder.resolve(group + ".jsonl"), rows.stream().map(Row::json).toList());
    }

    private Bench() {}
}
