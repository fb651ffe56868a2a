package rivet.agent.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import rivet.agent.host.Host;
import rivet.agent.host.Limits;
import rivet.agent.host.Sandbox;
import rivet.agent.output.ActorOutput;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.agent.supervise.Launcher.Order;
import rivet.agent.warden.Child;
import rivet.protocol.link.DownReason;

/**
 * A command line that becomes an actor.
 *
 * @param words the program's path, and its arguments, which everyone on the machine can read
 * @param folder where it starts
 */
record Program(List<String> words, Path folder) {

    private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /**
     * The author's variables come last, through a pipe, to a shell that already has no rights: given to the first program
     * of the chain, an LD_PRELOAD among them would run with the agent's rights, and in arguments all could read them.
     */
    private static final String RECEIVE = "eval \"$(cat)\"";

    /** @param program for a sandbox's folder, what starts in it */
    static SandboxProcess launch(Host host, Order order, Provisions provisions, Function<Path, Program> program) {
        var output = new ActorOutput(order.actor(), order.generation(), order.output());
        var sandbox =
                host.open(new Limits(order.spec().cpuMillicores(), order.spec().memoryMib()));
        try {
            var child = program.apply(sandbox.folder()).start(sandbox, output);
            return provisions.give(order, new Provisions.Waiting(sandbox, child, output), variables -> {
                return script(variables, output).getBytes(StandardCharsets.UTF_8);
            });
        } catch (IOException | RuntimeException e) {
            sandbox.killAll();
            sandbox.close();
            throw new LaunchFailed(DownReason.SPAWN_FAILED, "the program could not be started: " + e, e);
        }
    }

    private Child start(Sandbox sandbox, ActorOutput output) {
        var line = new ArrayList<>(List.of("/bin/sh", "-c", RECEIVE, "rivet"));
        line.addAll(words);
        return sandbox.start(line, folder, Map.of(), ActorSink.both(output));
    }

    /** Starts the program in its last line, so that half of it starts nothing. */
    private static String script(Map<String, String> variables, ActorOutput output) {
        var script = new StringBuilder();
        variables.forEach((name, value) -> {
            if (SHELL_NAME.matcher(name).matches()) {
                script.append("export ")
                        .append(name)
                        .append('=')
                        .append(quoted(value))
                        .append('\n');
            } else {
                output.note("[rivet: variable '%s' is not set: its name is none a program can have]".formatted(name));
            }
        });
        return script.append("exec \"$@\" </dev/null\n").toString();
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
