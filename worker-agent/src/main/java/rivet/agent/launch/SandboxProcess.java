package rivet.agent.launch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import rivet.agent.dir.Dir;
import rivet.agent.host.Sandbox;
import rivet.agent.kv.ActorStores;
import rivet.agent.linux.Exit;
import rivet.agent.output.ActorOutput;
import rivet.agent.supervise.Launcher;
import rivet.agent.warden.Child;
import rivet.protocol.BuildId;
import rivet.protocol.link.StopReason;

/** An actor's process and its sandbox, as the supervisor knows them. */
final class SandboxProcess implements Launcher.Process {

    /** All who could write are dead by then; this is for what they wrote before. */
    private static final Duration DRAIN_BOUND = Duration.ofSeconds(5);

    private final Sandbox sandbox;
    private final Child child;
    private final ActorOutput output;
    private final ActorStores.Store store;
    private final CompletableFuture<Void> ready;
    private final @Nullable Dir dir;
    private final CompletableFuture<Launcher.Ended> ended;

    /** @param ready completes when the program says that it is @param dir absent: it has none */
    SandboxProcess(
            Sandbox sandbox,
            Child child,
            ActorOutput output,
            ActorStores.Store store,
            CompletableFuture<Void> ready,
            @Nullable Dir dir) {
        this.sandbox = sandbox;
        this.child = child;
        this.output = output;
        this.store = store;
        this.ready = ready;
        this.dir = dir;
        this.ended = child.exit().thenApply(SandboxProcess::ended);
    }

    @Override
    public CompletableFuture<Launcher.Ended> ended() {
        return ended;
    }

    @Override
    public CompletableFuture<Void> ready() {
        return ready;
    }

    @Override
    public CompletableFuture<Void> sleep() {
        return store.sleep();
    }

    @Override
    public boolean handlesAlarm() {
        return store.handlesAlarm();
    }

    @Override
    public void tell(@Nullable StopReason stop, @Nullable BuildId newer) {
        store.tell(new ActorStores.News(stop == null ? "" : stop.toString(), newer == null ? "" : newer.toString()));
    }

    @Override
    public void terminate(Duration grace) {
        child.stop(grace);
    }

    @Override
    public void killAll() {
        sandbox.killAll();
    }

    @Override
    public boolean ranOutOfMemory() {
        return sandbox.ranOutOfMemory();
    }

    @Override
    public boolean leavesSomething() {
        return dir != null;
    }

    @Override
    public Optional<String> keep() {
        if (dir == null) {
            return Optional.empty();
        }
        store.close(); // nobody hears any more what came of a checkpoint that is under way, and this one has all
        return dir.keep();
    }

    @Override
    public void discard() {
        if (dir != null) {
            dir.discard();
        }
    }

    @Override
    public void close() {
        child.drain(DRAIN_BOUND);
        output.end();
        store.close();
        sandbox.close();
        if (dir != null) {
            dir.close();
        }
    }

    private static Launcher.Ended ended(Exit exit) {
        return switch (exit) {
            case Exit.Code(var code) -> new Launcher.Ended(code, null);
            case Exit.Signal(var number) -> new Launcher.Ended(null, number);
        };
    }
}
