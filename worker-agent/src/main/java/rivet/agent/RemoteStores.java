package rivet.agent;

import java.io.IOException;
import rivet.agent.kv.ActorStores;
import rivet.agent.link.ControlPlaneLink;
import rivet.protocol.ActorId;

/** Actors' stores are behind the link. */
record RemoteStores(ControlPlaneLink link) implements ActorStores.Remote {

    @Override
    public byte[] write(byte[] batches) throws IOException, InterruptedException {
        return link.store("write", batches);
    }

    @Override
    public byte[] read(ActorId actor, long generation, long confirmed, byte[] reads)
            throws IOException, InterruptedException {
        return link.store("%s/%d/%d/read".formatted(actor, generation, confirmed), reads);
    }

    @Override
    public byte[] resume(ActorId actor, long generation) throws IOException, InterruptedException {
        return link.store("%s/%d/resume".formatted(actor, generation), new byte[0]);
    }
}
