package rivet.cli.actor;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.LogQuery;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.protocol.ActorId;
import rivet.protocol.api.LogsView;

/** Prints what an actor has printed, and goes on until it is destroyed and has said all. */
final class LogFollower {

    /** How a line is shown to people. */
    enum Form {
        WITH_TIME,
        BARE
    }

    private static final Duration LIFE_CHECK = Duration.ofMillis(2500);

    private final ControlPlaneClient server;
    private final Output output;
    private final Form form;

    LogFollower(ControlPlaneClient server, Output output, Form form) {
        this.server = server;
        this.output = output;
        this.form = form;
    }

    /** The server holds a request until there are lines; whether the actor still lives is asked meanwhile. */
    void follow(ActorId actorId, LogQuery query) {
        var logs = server.logs(actorId, query, null);
        boolean over = false;
        while (true) {
            LogLines.of(logs).forEach(this::print);
            var index = logs.watch().index();
            var newer =
                    CompletableFuture.supplyAsync(() -> server.logs(actorId, query, index), Thread::startVirtualThread);
            var answer = await(newer);
            while (answer.isEmpty()) {
                // Once more after its end: its last lines may still be on their way.
                if (over) {
                    return;
                }
                over = isOver(actorId);
                answer = await(newer);
            }
            logs = answer.get();
            if (logs.lines().isEmpty()) {
                if (over) {
                    return;
                }
                over = isOver(actorId);
            }
        }
    }

    void print(LogLines.Line line) {
        var mark = line.stream().equals("stderr") ? "[stderr] " : "";
        output.line(line, form == Form.BARE ? line.text() : line.timestamp() + " " + mark + line.text());
    }

    private boolean isOver(ActorId actorId) {
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
}
