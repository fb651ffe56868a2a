package rivet.devserver;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code rivet dev} starts. */
@Command(
        name = "rivet dev",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs the whole system in this terminal: an embedded Postgres, the control plane and one agent.",
            "Prints one line that begins with 'ready' when both the API and the proxy serve. Ctrl-C stops it and its actors.",
            "Killed instead, its actors go on for 60 s (RIVET_ORPHAN_LIMIT_MS), in which the next start takes them up."
        })
public final class DevServerMain implements Callable<Integer> {

    @Option(
            names = "--port",
            defaultValue = "6420",
            paramLabel = "PORT",
            description = "The API's port on 127.0.0.1; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--proxy-port",
            defaultValue = "7080",
            paramLabel = "PORT",
            description =
                    "The port on 127.0.0.1 where actors are reached; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int proxyPort;

    @Option(
            names = "--data",
            defaultValue = ".rivet",
            paramLabel = "DIR",
            description = "Where builds, actors and logs are kept between runs (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of(".rivet");

    @Option(
            names = "--region",
            defaultValue = "local",
            paramLabel = "NAME",
            description = "The region that this machine calls itself (default: ${DEFAULT-VALUE}).")
    private String region = "local";

    @Option(
            names = "--warm-pool",
            defaultValue = "2",
            paramLabel = "N",
            description =
                    "How many runtime processes wait for an actor; each takes about 30 MiB (default: ${DEFAULT-VALUE}).")
    private int warmPool;

    public static void main(String[] args) {
        System.exit(new CommandLine(new DevServerMain())
                .setExecutionExceptionHandler((problem, command, _) -> explain(problem, command))
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        var began = System.nanoTime();
        var settings = new DevServerSettings(port, proxyPort, data, tools(), region, warmPool);
        var server = DevServer.start(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
        System.out.printf(
                "ready in %d ms  api %s  proxy %s  data %s  agent-metrics %s%n",
                Duration.ofNanos(System.nanoTime() - began).toMillis(),
                server.api(),
                server.proxy(),
                data.toAbsolutePath().normalize(),
                server.agentMetrics());
        // Only a signal ends it, and then the hook above closes everything.
        new CountDownLatch(1).await();
        return 0;
    }

    /** The checkout's, so that a second data folder costs no second download. */
    private Path tools() {
        var home = System.getProperty("rivet.home");
        return (home == null ? data : Path.of(home, ".rivet")).resolve("tools");
    }

    private static int explain(Exception problem, CommandLine command) throws Exception {
        switch (problem) {
            case DevServer.CannotStart cannot -> command.getErr().println("rivet dev: " + cannot.getMessage());
            case IllegalArgumentException bad -> command.getErr().println("rivet dev: " + bad.getMessage());
            default -> throw problem;
        }
        return problem instanceof IllegalArgumentException ? 2 : 1;
    }
}
