package rivet.agent.launch;

import java.util.Map;
import java.util.function.Consumer;
import rivet.agent.host.Host;
import rivet.agent.output.ActorOutput;
import rivet.agent.supervise.Launcher;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.ToControlPlane.LogLine;

/** An actor's process that the warden kept while there was no agent. */
record HostSurvivor(Host.Survivor process, Label label) implements Launcher.Survivor {

    static HostSurvivor of(Host.Survivor process) {
        return new HostSurvivor(process, Label.read(process.label()));
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
        var output = new ActorOutput(actor(), generation(), lines);
        process.child().attach(ActorSink.both(output));
        return new SandboxProcess(process.sandbox(), process.child(), output);
    }

    @Override
    public void end() {
        process.sandbox().killAll();
        process.sandbox().close();
    }
}
