package rivet.cli.actor;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "destroy",
        description = {
            "End an actor: no new requests reach it, it is told to end, and it is killed when its grace is over.",
            "Returns when this has begun."
        })
final class ActorDestroyCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Parameters(paramLabel = "ID", description = "The actor.")
    private String id = "";

    @Option(
            names = "--override-kill-timeout",
            paramLabel = "MS",
            description = "Milliseconds of grace, instead of the actor's own (0 to 7200000).")
    private @Nullable Long overrideKillTimeoutMs;

    @Option(names = "--wait", description = "Return when nothing of it is left.")
    private boolean wait;

    ActorDestroyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var actorId = ActorText.parseId(id);
        try (var server = serverOptions.connect()) {
            server.destroyActor(actorId, overrideKillTimeoutMs);
            var actor = wait ? new Destruction(server).await(actorId, overrideKillTimeoutMs) : server.actor(actorId);
            output.result(new Document(id, actor.state()), () -> {
                output.say("actor %s is %s".formatted(id, actor.state()));
                output.next("%s actor get %s".formatted(surroundings.command(), id));
            });
        }
        return ExitCode.OK.number();
    }

    /** @param id of the actor */
    private record Document(String id, String state) {}
}
