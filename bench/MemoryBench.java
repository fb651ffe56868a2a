import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Proportional set sizes: pages that processes share are counted once between them. */
final class MemoryBench {

    private static final int ACTORS = 20;

    static List<Row> measure() throws Exception {
        var whole = new ArrayList<Double>();
        var postgres = new ArrayList<Double>();
        var perActor = new ArrayList<Double>();
        var perProcess = new ArrayList<Double>();
        for (int round = 0; round < 3; round++) {
            var data = Dev.temporary("memory").resolve("data");
            try (var dev = Dev.start(data, "--warm-pool", "0")) {
                whole.add(mib(serverAndPostgres(dev, data)));
                postgres.add(mib(postgresOf(data)));
                var counter = Counter.deploy(dev);
                var before = mib(everything(dev, data));
                for (int i = 0; i < ACTORS; i++) {
                    counter.createAndReach();
                }
                perActor.add((mib(everything(dev, data)) - before) / ACTORS);
            }
            perProcess.add(Counter.bareProcesses(ACTORS, MemoryBench::mib) / ACTORS);
        }
        return List.of(
                Row.absolute("dev server with its Postgres, no actors", whole, postgres, "its Postgres alone", "MiB", "<= 400 MiB", mib -> mib <= 400),
                Row.absolute("one more Deno actor, everything counted", perActor, perProcess, "the same program, bare", "MiB", "told", _ -> true));
    }

    private static Stream<ProcessHandle> serverAndPostgres(Dev dev, Path data) throws IOException {
        return Stream.concat(Stream.of(dev.process.toHandle()), postgresOf(data));
    }

    static Stream<ProcessHandle> everything(Dev dev, Path data) throws IOException {
        return Stream.concat(dev.processes(), postgresOf(data)).distinct();
    }

    private static Stream<ProcessHandle> postgresOf(Path data) throws IOException {
        var pid = Long.parseLong(Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        return Stream.concat(Stream.of(postmaster), postmaster.descendants());
    }

    static double mib(Stream<ProcessHandle> processes) {
        return processes.mapToDouble(MemoryBench::pssKib).sum() / 1024;
    }

    private static double pssKib(ProcessHandle process) {
        try (var lines = Files.lines(Path.of("/proc/%d/smaps_rollup".formatted(process.pid())))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // it ended while we were counting
        }
    }

    private MemoryBench() {}
}
