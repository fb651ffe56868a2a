package rivet.agent.launch;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.dir.ActorDirs;
import rivet.agent.dir.Dir;
import rivet.agent.host.Host;
import rivet.agent.kv.ActorStores;
import rivet.agent.output.ActorOutput;
import rivet.agent.supervise.Launcher;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.ToControlPlane.LogLine;
import tools.jackson.core.JacksonException;

/** An actor's process that the warden kept while there was no agent. */
record HostSurvivor(Host.Survivor process, Label label, ActorStores stores, ActorDirs dirs)
        implements Launcher.Survivor {

    private static final Logger log = LoggerFactory.getLogger(HostSurvivor.class);

    /** Empty, and ended, if it is not known any more whose it is. */
    static Optional<HostSurvivor> of(Host.Survivor process, ActorStores stores, ActorDirs dirs) {
        try {
            return Optional.of(new HostSurvivor(process, Label.read(process.label()), stores, dirs));
        } catch (JacksonException e) {
            log.atError().setCause(e).log("a process of another version of this agent cannot be adopted and is ended");
            process.sandbox().killAll();
            process.sandbox().close();
            return Optional.empty();
        }
    }

    @Override
    public ActorId actor() {
        return label.actor();
    }

    @Override
    public long generation() {
        return label.generation();
    }

    @Override
    public ActorSpec spec() {
        return label.spec();
    }

    @Override
    public Map<String, Integer> ports() {
        return label.ports();
    }

    @Override
    public Launcher.Process adopt(Consumer<LogLine> lines) {
        var quotaBytes = spec().dirQuotaBytes();
        var dir = quotaBytes == null ? null : dirs.reopen(actor(), generation(), quotaBytes);
        var store = store(dir);
        var output = new ActorOutput(actor(), generation(), lines);
        process.child().attach(ActorSink.both(output));
        return new SandboxProcess(process.sandbox(), process.child(), output, store, store.ready(), dir);
    }

    @Override
    public void end() {
        process.sandbox().killAll();
        process.sandbox().close();
    }

    /** Without its store it is not what it was: it is ended, and started anew. */
    private ActorStores.Store store(@Nullable Dir dir) {
        var checkpoint = SandboxStore.checkpoint(dirs, actor(), generation(), dir);
        try {
            return SandboxStore.reopen(stores, actor(), generation(), process.sandbox(), checkpoint);
        } catch (RuntimeException e) {
            end();
            if (dir != null) {
                dir.close();
            }
            throw e;
        }
    }
}
