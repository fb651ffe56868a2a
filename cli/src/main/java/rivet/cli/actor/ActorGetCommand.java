package rivet.cli.actor;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ActorView;

@Command(name = "get", description = "Show an actor, also one that is destroyed.")
final class ActorGetCommand implements Callable<Integer> {

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Parameters(paramLabel = "ID", description = "The actor.")
    private String id = "";

    ActorGetCommand(Surroundings surroundings) {
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var actorId = ActorText.parseId(id);
        try (var server = serverOptions.connect()) {
            var actor = server.actor(actorId);
            output.result(new ActorView.One(actor), () -> ActorText.describe(output, actor));
        }
        return ExitCode.OK.number();
    }
}
