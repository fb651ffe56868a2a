package rivet.agent.launch;

import rivet.agent.output.ActorOutput;
import rivet.agent.warden.Outputs;
import rivet.protocol.LogStream;

/** Hands what comes from one pipe to the actor's output. */
record ActorSink(ActorOutput output, LogStream stream) implements Outputs.Sink {

    static Outputs both(ActorOutput output) {
        return new Outputs(new ActorSink(output, LogStream.STDOUT), new ActorSink(output, LogStream.STDERR));
    }

    @Override
    public void bytes(byte[] bytes) {
        switch (stream) {
            case STDOUT -> output.out(bytes);
            case STDERR -> output.err(bytes);
        }
    }

    @Override
    public void lost(long bytes) {
        output.lost(stream, bytes);
    }
}
