package rivet.cli.quickstart;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;

/**
 * Stands here for its help. The script {@code rivet} starts the dev server in its own place, without this program, so that
 * the process a caller started is the server and a signal reaches it.
 */
@Command(
        name = "dev",
        description = {
            "Run the whole system on this machine: control plane, agent and database, in one process.",
            "Prints one line 'ready …' when both API and proxy serve, and keeps its data between runs."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet dev", "  rivet dev --port 6421 --proxy-port 7081 --data /var/tmp/rivet"})
@SuppressWarnings("unused") // picocli shows the options; the script reads them
public final class DevCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Option(names = "--port", paramLabel = "N", description = "Where the API listens (else 6420).")
    private @Nullable Integer port;

    @Option(names = "--proxy-port", paramLabel = "N", description = "Where actors' URLs lead to (else 7080).")
    private @Nullable Integer proxyPort;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where it keeps its data (else .rivet in rivet's folder).")
    private @Nullable Path data;

    @Option(names = "--region", paramLabel = "ID", description = "The region of its agent (else local).")
    private @Nullable String region;

    public DevCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        throw Failure.badInput("DEV_NOT_HERE", "the dev server is started by the script 'rivet', not by this program")
                .withRemedy("run %s dev".formatted(surroundings.home().resolve("rivet")));
    }
}
