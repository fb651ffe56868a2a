package rivet.cli.quickstart;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "quickstart",
        description = {
            "Start a dev server unless one answers, deploy the example 'counter', create an actor and call its URL.",
            "With --once all of it is taken down again; exits 0 only if everything worked."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet quickstart", "  rivet quickstart --once --json"})
public final class QuickstartCommand implements Callable<Integer> {

    private static final int DEFAULT_PORT = 6420;
    private static final int DEFAULT_PROXY_PORT = 7080;

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Option(names = "--once", description = "Destroy the actor and stop the server that this command has started.")
    private boolean once;

    @Option(names = "--port", paramLabel = "N", description = "The API's port (else 6420).")
    private @Nullable Integer port;

    @Option(
            names = "--proxy-port",
            paramLabel = "N",
            description = "The proxy's port, if a server is started (else 7080).")
    private int proxyPort = DEFAULT_PROXY_PORT;

    public QuickstartCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        long start = System.nanoTime();
        try (var server = serverOptions.connect(endpoint());
                var cleanup = new Cleanup(output::warn)) {
            if (!server.answers()) {
                startServer(cleanup);
            }
            var tour = new Tour(server, surroundings, output);
            var shown = tour.createAndCall(once ? cleanup : Cleanup.NONE);
            if (once) {
                // Its failures count: what cannot be taken down again did not work.
                cleanup.run();
            }
            var seconds = Duration.ofNanos(System.nanoTime() - start);
            output.result(shown, () -> print(shown, seconds));
        }
        return ExitCode.OK.number();
    }

    private URI endpoint() {
        if (port != null) {
            return local(port);
        }
        return serverOptions.endpointIfChosen().orElse(local(DEFAULT_PORT));
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private void startServer(Cleanup cleanup) {
        var endpoint = endpoint();
        if (!"127.0.0.1".equals(endpoint.getHost()) && !"localhost".equals(endpoint.getHost())) {
            throw new Failure(ExitCode.UNREACHABLE, "SERVER_UNREACHABLE", "no control plane answers at " + endpoint)
                    .withRemedy("only a server on this machine can be started by this command");
        }
        var server = new DevServerProcess(surroundings, output);
        int apiPort = endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
        server.start(apiPort, proxyPort, once ? cleanup : Cleanup.NONE);
    }

    private void print(Tour.Shown shown, Duration taken) {
        output.say("reply   " + shown.reply());
        output.say("actor   " + output.emphasised(shown.id()));
        output.say("url     " + output.emphasised(shown.url()));
        if (once) {
            output.say("all of it worked and is taken down again, in " + Output.seconds(taken));
            return;
        }
        var command = surroundings.command();
        output.next(
                "curl " + shown.url(),
                "%s actor logs -f %s".formatted(command, shown.id()),
                "%s actor destroy %s".formatted(command, shown.id()),
                "%s init my-actor".formatted(command));
    }
}
