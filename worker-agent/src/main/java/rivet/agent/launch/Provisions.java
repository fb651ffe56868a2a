package rivet.agent.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rivet.agent.dir.ActorDirs;
import rivet.agent.dir.Dir;
import rivet.agent.host.Sandbox;
import rivet.agent.kv.ActorStores;
import rivet.agent.output.ActorOutput;
import rivet.agent.supervise.Launcher.Order;
import rivet.agent.warden.Child;

/**
 * What an actor is given beside its build.
 *
 * @param variables but for those that only its sandbox knows
 * @param dir absent: it has none
 */
record Provisions(
        Map<String, String> variables,
        ActorStores stores,
        ActorDirs dirs,
        @Nullable Dir dir) {

    private static final Duration SEND_BOUND = Duration.ofSeconds(10);

    /** A process that waits to be told who it is. */
    record Waiting(Sandbox sandbox, Child child, ActorOutput output) {}

    /**
     * Makes it the actor.
     *
     * @param message what it reads, made of its variables
     * @throws IOException it does not take it; its store is closed, all else is the caller's
     */
    SandboxProcess give(Order order, Waiting process, Function<Map<String, String>, byte[]> message)
            throws IOException {
        if (dir != null) {
            process.sandbox().give(dir.path());
            dir.admit();
        }
        var checkpoint = SandboxStore.checkpoint(dirs, order.actor(), order.generation(), dir);
        var store = SandboxStore.open(stores, order.actor(), order.generation(), process.sandbox(), checkpoint);
        try {
            process.child().send(message.apply(SandboxStore.with(variables, store, dir)), Label.of(order), SEND_BOUND);
            return new SandboxProcess(process.sandbox(), process.child(), process.output(), store, store.ready(), dir);
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }
}
