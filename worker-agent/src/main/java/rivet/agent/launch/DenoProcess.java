package rivet.agent.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import rivet.agent.bundle.Bundle;
import rivet.agent.host.Host;
import rivet.agent.host.Limits;
import rivet.agent.host.Sandbox;
import rivet.agent.output.ActorOutput;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.agent.supervise.Launcher.Order;
import rivet.agent.warden.Child;
import rivet.agent.warden.Outputs;
import rivet.protocol.LogStream;
import rivet.protocol.link.DownReason;

/** A Deno in a sandbox that is not an actor yet: it waits for one line that says which. */
final class DenoProcess {

    private static final String WARM_LINE = "rivet: warm\n";
    private static final int NOTES_KEPT = 4096;

    /** What Deno needs beside the heap that we grant: its own code, stacks, buffers. */
    private static final int OUTSIDE_HEAP_MIB = 64;

    private static final int LEAST_HEAP_MIB = 16;

    private final Sandbox sandbox;
    private final Child child;
    private final CompletableFuture<Void> warm = new CompletableFuture<>();

    /** Both only touched by the thread that hands over output. */
    private final StringBuilder said = new StringBuilder();

    private volatile @Nullable ActorOutput output;

    private DenoProcess(Sandbox sandbox, Program program, Mode mode) {
        this.sandbox = sandbox;
        this.child = sandbox.start(
                arguments(program, sandbox, mode),
                sandbox.folder(),
                VARIABLES,
                new Outputs(new Sink(LogStream.STDOUT), new Sink(LogStream.STDERR)));
        var _ = child.exit()
                .thenAccept(exit -> warm.completeExceptionally(
                        new IllegalStateException("a JavaScript process ended before it was an actor: " + exit)));
    }

    /** Never coloured and never phoning home; an author may say otherwise for the first. */
    private static final Map<String, String> VARIABLES =
            Map.of("NO_COLOR", "1", "DENO_NO_UPDATE_CHECK", "1", "DENO_NO_PROMPT", "1");

    sealed interface Mode {}

    /** Exercises itself before it reads its line. */
    record Warm() implements Mode {}

    /** @param dir what it may read and write beside its own folder; absent: nothing */
    record Cold(@Nullable Path dir) implements Mode {}

    /** @param script our own, that runs around each author's */
    record Program(Path deno, Path script, Limits limits) {}

    static DenoProcess start(Host host, Program program, Mode mode) {
        var sandbox = host.open(program.limits());
        try {
            return new DenoProcess(sandbox, program, mode);
        } catch (RuntimeException e) {
            sandbox.killAll();
            sandbox.close();
            throw e;
        }
    }

    /** Completes when it waits for its line, exercised; fails if it ends first. */
    CompletableFuture<Void> warm() {
        return warm;
    }

    CompletableFuture<?> exit() {
        return child.exit();
    }

    SandboxProcess become(Order order, Bundle bundle, Provisions provisions) {
        var actorOutput = new ActorOutput(order.actor(), order.generation(), order.output());
        output = actorOutput;
        try {
            var seen = sandbox.bring(bundle.content(), "main.js");
            bundle.derived(Bundle.MODULE_MAP).ifPresent(map -> sandbox.bring(map, Bundle.MODULE_MAP));
            return provisions.give(order, new Provisions.Waiting(sandbox, child, actorOutput), variables -> {
                return Assignment.line(order, seen, variables);
            });
        } catch (IOException | RuntimeException e) {
            end();
            throw new LaunchFailed(DownReason.SPAWN_FAILED, "the JavaScript process took no assignment: " + e, e);
        }
    }

    /** It will not be needed. */
    void end() {
        sandbox.killAll();
        sandbox.close();
    }

    private static List<String> arguments(Program program, Sandbox sandbox, Mode mode) {
        var store = SandboxStore.path(sandbox);
        var dir = mode instanceof Cold(var path) && path != null ? "," + path : "";
        int heapMib = Math.max(LEAST_HEAP_MIB, program.limits().memoryMib() - OUTSIDE_HEAP_MIB);
        return List.of(
                program.deno().toString(),
                "run",
                "--quiet",
                "--no-prompt",
                "--no-config",
                "--no-lock",
                "--no-remote",
                "--no-npm",
                "--cached-only",
                "--no-code-cache",
                "--allow-net",
                "--allow-env",
                // Its own folder, and what it takes to connect to its store. Nothing else may be written: nobody is
                // asked.
                "--allow-read=%s,%s%s".formatted(sandbox.folder(), store, dir),
                "--allow-write=%s%s".formatted(store, dir),
                "--deny-run",
                "--deny-ffi",
                "--deny-sys",
                "--v8-flags=--max-old-space-size=" + heapMib,
                program.script().toString(),
                mode instanceof Warm ? "warm" : "cold");
    }

    /** Until it is an actor, what it prints is for us. */
    private final class Sink implements Outputs.Sink {

        private final LogStream stream;

        Sink(LogStream stream) {
            this.stream = stream;
        }

        @Override
        public void bytes(byte[] bytes) {
            var actor = output;
            if (actor != null) {
                new ActorSink(actor, stream).bytes(bytes);
            } else {
                before(bytes);
            }
        }

        @Override
        public void lost(long bytes) {
            var actor = output;
            if (actor != null) {
                actor.lost(stream, bytes);
            }
        }

        private void before(byte[] bytes) {
            note(bytes);
            if (stream == LogStream.STDOUT && said.indexOf(WARM_LINE) >= 0) {
                said.setLength(0);
                warm.complete(null);
            }
        }
    }

    private void note(byte[] bytes) {
        if (said.length() < NOTES_KEPT) {
            said.append(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
