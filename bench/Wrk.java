import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs wrk, and looks meanwhile at what the proxy that it loads spends. */
final class Wrk {

    /** How long one round lasts; less says only that a row can be measured. */
    static final int SECONDS = Integer.parseInt(System.getenv().getOrDefault("BENCH_SECONDS", "4"));

    /** The clock of process times, which Linux gives in hundredths of a second. */
    private static final double MICROS_PER_TICK = 10_000;

    /** @param cpuMicros of the proxy's processes, for each request */
    record Load(double perSecond, double p99Ms, double cpuMicros) {}

    /** @param more arguments of wrk, before the URL */
    static Load run(Target target, int connections, String... more) throws Exception {
        var command = new ArrayList<>(List.of("wrk", "-t1", "-c" + connections, "-d" + SECONDS + "s", "--latency"));
        command.addAll(target.arguments());
        command.addAll(List.of(more));
        command.add(target.url());
        var before = ticks(target.processes());
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes());
        var spent = ticks(target.processes()) - before;
        if (process.waitFor() != 0 || output.contains("Non-2xx")) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        var requests = Double.parseDouble(output.replaceAll("(?s).*?(\\d+) requests in.*", "$1"));
        return new Load(figure(output), milliseconds(output), spent * MICROS_PER_TICK / requests);
    }

    /** What is loaded. @param arguments that wrk needs for it @param proxy whose processes are looked at, with all below it or alone */
    record Target(String name, String url, List<String> arguments, ProcessHandle proxy, boolean alone) {

        Stream<ProcessHandle> processes() {
            return alone ? Stream.of(proxy) : Stream.concat(Stream.of(proxy), proxy.descendants());
        }

        Target at(String path) {
            return new Target(name, url + path, arguments, proxy, alone);
        }
    }

    private static double figure(String output) {
        return Double.parseDouble(output.replaceAll("(?s).*Requests/sec:\\s*([0-9.]+).*", "$1"));
    }

    private static double milliseconds(String output) {
        var value = output.replaceAll("(?s).*99%\\s*([0-9.]+[a-z]+).*", "$1");
        var number = Double.parseDouble(value.replaceAll("[a-z]", ""));
        return value.endsWith("us") ? number / 1000 : value.endsWith("ms") ? number : number * 1000;
    }

    private static long ticks(Stream<ProcessHandle> processes) {
        return processes.mapToLong(Wrk::ticks).sum();
    }

    private static long ticks(ProcessHandle process) {
        try {
            var line = Files.readString(Path.of("/proc/%d/stat".formatted(process.pid())));
            var fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            return 0; // it has ended
        }
    }

    private Wrk() {}
}
