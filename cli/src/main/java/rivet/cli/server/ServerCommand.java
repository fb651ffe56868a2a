package rivet.cli.server;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

/** A command that asks a control plane and prints what it says. */
public abstract class ServerCommand implements Callable<Integer> {

    protected final Surroundings surroundings;

    @Mixin
    protected final Output output;

    @Mixin
    protected final ServerOptions serverOptions;

    protected ServerCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public final Integer call() {
        check();
        try (var server = serverOptions.connect()) {
            run(server);
        }
        return ExitCode.OK.number();
    }

    /** Finds what is wrong with the options, before anybody is asked. */
    protected void check() {}

    protected abstract void run(ControlPlaneClient server);

    /** A command for the caller to run next, as they would write it where they are. */
    protected String rivet(String command) {
        return surroundings.command() + " " + command;
    }
}
