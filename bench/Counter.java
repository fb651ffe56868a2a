import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The Hono counter of the examples: as an actor, and as the bare Deno process that is its reference. */
final class Counter {

    private static final String CREATE = """
            {"tags": {"name": "bench"}, "build_tags": {"name": "counter", "current": "true"},
             "network": {"ports": {"http": {"protocol": "http"}}}}""";

    /** @param id of the actor @param ms from the create to the end of its first reply */
    record Reached(String id, double ms) {}

    private final Dev dev;

    private Counter(Dev dev) {
        this.dev = dev;
    }

    static Counter deploy(Dev dev) throws Exception {
        dev.rivet(copyOfExample(), "deploy");
        return new Counter(dev);
    }

    Reached createAndReach() throws IOException {
        var began = System.nanoTime();
        var actor = dev.create(CREATE);
        var id = actor.get("id").stringValue();
        var reply = Http.get(dev.proxyPort, "/" + id + "-http/");
        var ms = (System.nanoTime() - began) / 1e6;
        if (reply.status() != 200 || !reply.body().contains(id)) {
            throw new IOException("no reply of the actor: " + reply);
        }
        return new Reached(id, ms);
    }

    void destroy(Reached actor) throws IOException {
        dev.destroy(actor.id());
    }

    /** One bare process after the other: spawn to first reply, in ms. */
    static double bareSpawnToReply() throws Exception {
        var port = freePort();
        var began = System.nanoTime();
        var process = bare(port);
        try {
            awaitReply(port);
            return (System.nanoTime() - began) / 1e6;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Some of them, each after the one before is gone: the median, in ms. */
    static double bareOneByOne() throws Exception {
        var times = new ArrayList<Double>();
        for (int i = 0; i < 10; i++) {
            times.add(bareSpawnToReply());
        }
        return Row.median(times);
    }

    static double bareProcesses(int count, ToDoubleFunction<Stream<ProcessHandle>> measure) throws Exception {
        var processes = new ArrayList<Process>();
        try {
            for (int i = 0; i < count; i++) {
                var port = freePort();
                processes.add(bare(port));
                awaitReply(port);
            }
            return measure.applyAsDouble(processes.stream().map(Process::toHandle));
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Process bare(int port) throws Exception {
        var builder = new ProcessBuilder(
                        Tools.deno().toString(), "run", "--allow-net", "--allow-env", "--no-prompt", Bare.SCRIPT.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("PORT_HTTP", Integer.toString(port));
        return builder.start();
    }

    private static void awaitReply(int port) throws Exception {
        var deadline = System.nanoTime() + 20_000_000_000L;
        while (System.nanoTime() < deadline) {
            try {
                if (Http.get(port, "/").status() == 200) {
                    return;
                }
            } catch (IOException e) {
                Thread.sleep(1);
            }
        }
        throw new IOException("the bare process does not reply");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path copyOfExample() throws IOException {
        var copy = Dev.temporary("counter");
        var example = Dev.HOME.resolve("examples/counter");
        try (var files = Files.walk(example)) {
            for (var file : files.filter(Files::isRegularFile).filter(file -> !file.toString().contains("node_modules")).toList()) {
                var to = copy.resolve(example.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        return copy;
    }

    /** The same module as the build holds, started by two lines of our own. Made once. */
    private static final class Bare {
        static final Path SCRIPT = make();

        private static Path make() {
            try {
                var folder = copyOfExample();
                run(folder, List.of("npm", "ci", "--silent"));
                var entry = folder.resolve("src/main.ts");
                run(folder, List.of(
                        Tools.esbuild().toString(), entry.toString(), "--bundle", "--format=esm", "--target=esnext",
                        "--log-level=error", "--outfile=" + folder.resolve("counter.js")));
                return Files.writeString(folder.resolve("bare.js"), """
                        import actor from "./counter.js";
                        const metadata = { actor: { id: "bare", tags: {} }, region: { id: "local", name: "local" },
                          environment: { id: "-", slug: "default" }, project: { id: "-", slug: "default" } };
                        await actor.start({ metadata, signal: new AbortController().signal });
                        """);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void run(Path folder, List<String> command) throws Exception {
            if (new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start().waitFor() != 0) {
                throw new IOException(command + " failed");
            }
        }
    }
}
