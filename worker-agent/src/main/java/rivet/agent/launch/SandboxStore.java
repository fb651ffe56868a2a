package rivet.agent.launch;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import rivet.agent.host.Sandbox;
import rivet.agent.kv.ActorStores;
import rivet.protocol.ActorId;

/** The door to an actor's store: a socket that only the processes of its sandbox can use. */
final class SandboxStore {

    /** Tells a program where its store is. */
    static final String VARIABLE = "RIVET_KV_SOCKET";

    private SandboxStore() {}

    static Path path(Sandbox sandbox) {
        return sandbox.socket("kv.sock");
    }

    static ActorStores.Store open(ActorStores stores, ActorId actor, long generation, Sandbox sandbox) {
        return lent(stores.open(actor, generation, path(sandbox)), sandbox);
    }

    /** For a process that an earlier run of the agent had started. */
    static ActorStores.Store reopen(ActorStores stores, ActorId actor, long generation, Sandbox sandbox) {
        return lent(stores.reopen(actor, generation, path(sandbox)), sandbox);
    }

    /** The actor's variables, and where its store is. */
    static Map<String, String> with(Map<String, String> variables, ActorStores.Store store) {
        var all = new LinkedHashMap<>(variables);
        all.put(VARIABLE, store.socket().toString());
        return all;
    }

    private static ActorStores.Store lent(ActorStores.Store store, Sandbox sandbox) {
        try {
            sandbox.lend(store.socket());
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }
}
