package rivet.cli.actor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.api.LogsView;

@Command(
        name = "logs",
        description = {"Show what an actor printed, oldest first.", "With --follow, --json prints one object a line."})
final class ActorLogsCommand implements Callable<Integer> {

    /** Which lines; the API's name for them. */
    enum Which {
        all("all"),
        stdout("std_out"),
        stderr("std_err");

        private final String stream;

        Which(String stream) {
            this.stream = stream;
        }
    }

    private static final Duration LIFE_CHECK = Duration.ofMillis(2500);

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Parameters(paramLabel = "ID", description = "The actor.")
    private String id = "";

    @Option(
            names = {"-s", "--stream"},
            paramLabel = "WHICH",
            description = "all, stdout or stderr (else all).")
    private Which which = Which.all;

    @Option(names = "--no-timestamps", description = "Only what was printed.")
    private boolean bare;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what it prints from now on, until it is destroyed.")
    private boolean follow;

    ActorLogsCommand(Surroundings surroundings) {
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var actorId = ActorText.parseId(id);
        try (var server = serverOptions.connect()) {
            var logs = server.logs(actorId, which.stream, null);
            if (follow) {
                follow(server, actorId, logs);
            } else {
                var lines = lines(logs).toList();
                output.result(new Document(lines), () -> lines.forEach(this::print));
            }
        }
        return ExitCode.OK.number();
    }

    /** The server holds a request until there are lines; whether the actor still lives is asked meanwhile. */
    private void follow(ControlPlaneClient server, ActorId actorId, LogsView first) {
        var logs = first;
        boolean over = false;
        while (true) {
            lines(logs).forEach(this::print);
            var index = logs.watch().index();
            var newer = CompletableFuture.supplyAsync(
                    () -> server.logs(actorId, which.stream, index), Thread::startVirtualThread);
            var answer = await(newer);
            while (answer.isEmpty()) {
                // Once more after its end: its last lines may still be on their way.
                if (over) {
                    return;
                }
                over = isOver(server, actorId);
                answer = await(newer);
            }
            logs = answer.get();
            if (logs.lines().isEmpty()) {
                if (over) {
                    return;
                }
                over = isOver(server, actorId);
            }
        }
    }

    private static boolean isOver(ControlPlaneClient server, ActorId actorId) {
        return server.actor(actorId).destroyedAt() != null;
    }

    /** @return nothing while there are no lines */
    private static Optional<LogsView> await(CompletableFuture<LogsView> newer) {
        try {
            return Optional.of(newer.get(LIFE_CHECK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure ? failure : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted while following the logs");
        }
    }

    private void print(Line line) {
        var mark = line.stream.equals("stderr") ? "[stderr] " : "";
        output.line(line, bare ? line.text : line.timestamp + " " + mark + line.text);
    }

    private static Stream<Line> lines(LogsView logs) {
        return IntStream.range(0, logs.lines().size())
                .mapToObj(i -> new Line(
                        logs.timestamps().get(i),
                        logs.streams().get(i) == 0 ? "stdout" : "stderr",
                        new String(Base64.getDecoder().decode(logs.lines().get(i)), StandardCharsets.UTF_8)));
    }

    private record Line(String timestamp, String stream, String text) {}

    private record Document(List<Line> lines) {}
}
