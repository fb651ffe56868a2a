package rivet.agent.launch;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.agent.dir.ActorDirs;
import rivet.agent.dir.Dir;
import rivet.agent.dir.DirRefused;
import rivet.agent.host.Sandbox;
import rivet.agent.kv.ActorStores;
import rivet.protocol.ActorId;
import rivet.protocol.kv.KvAnswer.Code;

/** The door to an actor's store: a socket that only the processes of its sandbox can use. */
final class SandboxStore {

    /** Tells a program where its store is. */
    static final String VARIABLE = "RIVET_KV_SOCKET";

    /** And its directory, if it has one. */
    static final String DIR_VARIABLE = "RIVET_DIR";

    private SandboxStore() {}

    static Path path(Sandbox sandbox) {
        return sandbox.socket("kv.sock");
    }

    static ActorStores.Store open(
            ActorStores stores, ActorId actor, long generation, Sandbox sandbox, ActorStores.Checkpoint checkpoint) {
        return lent(stores.open(actor, generation, path(sandbox), checkpoint), sandbox);
    }

    /** For a process that an earlier run of the agent had started. */
    static ActorStores.Store reopen(
            ActorStores stores, ActorId actor, long generation, Sandbox sandbox, ActorStores.Checkpoint checkpoint) {
        return lent(stores.reopen(actor, generation, path(sandbox), checkpoint), sandbox);
    }

    /** The actor's variables, and where its store and its directory are. */
    static Map<String, String> with(Map<String, String> variables, ActorStores.Store store, @Nullable Dir dir) {
        var all = new LinkedHashMap<>(variables);
        all.put(VARIABLE, store.socket().toString());
        all.remove(DIR_VARIABLE);
        if (dir != null) {
            all.put(DIR_VARIABLE, dir.path().toString());
        }
        return all;
    }

    /** @param dir absent: the actor has none, and its store is kept alone */
    static ActorStores.Checkpoint checkpoint(ActorDirs dirs, ActorId actor, long generation, @Nullable Dir dir) {
        return atMost -> {
            try {
                return dir == null ? dirs.checkpointStore(actor, generation, atMost) : dir.checkpoint(atMost);
            } catch (DirRefused e) {
                throw new ActorStores.Refusal(code(e.kind()), String.valueOf(e.getMessage()), e);
            }
        };
    }

    private static Code code(DirRefused.Kind kind) {
        return switch (kind) {
            case STALE -> Code.STALE_GENERATION;
            case TOO_LARGE -> Code.TOO_LARGE;
            case BUSY -> Code.CONFLICT;
            case UNAVAILABLE -> Code.UNAVAILABLE;
        };
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
