package rivet.agent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.bundle.Bundle;
import rivet.agent.host.Host;
import rivet.agent.host.Limits;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.agent.supervise.Launcher.Order;
import rivet.protocol.link.DownReason;

/** JavaScript actors: finds Deno when it is first needed, and starts each actor warm if it can, cold if it must. */
public final class Javascript implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Javascript.class);

    /** The size of all JavaScript actors, and so of the processes that wait for them. */
    private static final Limits USUAL = new Limits(250, 256);

    /** What runs around each author's module, and what it imports. */
    private static final List<String> SCRIPTS =
            List.of("rivet-keys.js", "rivet-store.js", "rivet-kv.js", "rivet-alarm.js", "rivet-runtime.js");

    private final Host host;
    private final Deno deno;
    private final WarmPool pool;
    private final Executor threads = Thread.ofVirtual().name("javascript-", 0)::start;
    private @Nullable CompletableFuture<Installed> located;

    /** @param warm how many processes wait; 0 for none */
    public Javascript(Host host, Deno deno, int warm) {
        this.host = host;
        this.deno = deno;
        this.pool = new WarmPool(warm, () -> DenoProcess.start(host, program(USUAL), new DenoProcess.Warm()));
    }

    private record Installed(Path deno, Path script) {}

    /** Looks for Deno now, and fills the pool; not to be waited for. */
    public void warmUp() {
        var _ = ready().whenComplete((_, failure) -> {
            if (failure != null) {
                log.atError().setCause(failure).log("JavaScript actors cannot run here yet");
            }
        });
    }

    /** Completes when actors can be launched; a failure is forgotten, so that the next call tries again. */
    synchronized CompletableFuture<Void> ready() {
        if (located == null || located.isCompletedExceptionally()) {
            located = CompletableFuture.supplyAsync(this::locate, threads);
            var _ = located.thenRun(pool::start);
        }
        return located.handle((_, failure) -> {
            if (failure != null) {
                throw new LaunchFailed(
                        DownReason.SPAWN_FAILED, String.valueOf(rootOf(failure).getMessage()), failure);
            }
            return null;
        });
    }

    SandboxProcess launch(Order order, Bundle bundle, Provisions provisions) {
        var limits = new Limits(order.spec().cpuMillicores(), order.spec().memoryMib());
        var dir = provisions.dir();
        // What a process may read and write is settled when it starts.
        var warm = limits.equals(USUAL) && dir == null ? pool.take() : Optional.<DenoProcess>empty();
        return warm.orElseGet(() -> cold(limits, dir == null ? null : dir.path()))
                .become(order, bundle, provisions);
    }

    /** How many wait for an actor now. */
    public int warmProcesses() {
        return pool.depth();
    }

    @Override
    public void close() {
        pool.close();
    }

    private DenoProcess cold(Limits limits, @Nullable Path dir) {
        try {
            return DenoProcess.start(host, program(limits), new DenoProcess.Cold(dir));
        } catch (RuntimeException e) {
            throw new LaunchFailed(DownReason.SPAWN_FAILED, "a JavaScript process could not be started: " + e, e);
        }
    }

    private synchronized DenoProcess.Program program(Limits limits) {
        var files = Objects.requireNonNull(located).join();
        return new DenoProcess.Program(files.deno(), files.script(), limits);
    }

    private Installed locate() {
        try {
            return new Installed(reachable(deno.locate()), script());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of them, the one that is run last. */
    private Path script() throws IOException {
        var folder = PublicFiles.folder(host, "lib");
        for (var name : SCRIPTS) {
            try (var in = Objects.requireNonNull(Javascript.class.getResourceAsStream(name), name)) {
                PublicFiles.write(in.readAllBytes(), folder.resolve(name));
            }
        }
        return folder.resolve(SCRIPTS.getLast());
    }

    /** Where actors' users cannot walk to the program, they get a copy of it. */
    private Path reachable(Path program) throws IOException {
        var real = program.toRealPath();
        if (host.isReachable(real)) {
            return real;
        }
        var copy = PublicFiles.folder(host, "tools")
                .resolve("deno-%d-%d"
                        .formatted(
                                Files.size(real),
                                Files.getLastModifiedTime(real).toMillis()));
        return Files.exists(copy) ? copy : PublicFiles.write(Files.readAllBytes(real), copy);
    }

    private static Throwable rootOf(Throwable failure) {
        return failure.getCause() == null ? failure : rootOf(failure.getCause());
    }
}
