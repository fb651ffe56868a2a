package rivet.agent;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import rivet.agent.kv.ActorStores;
import rivet.agent.link.ControlPlaneLink;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvCall.Question;

/** Actors' stores are behind the link. */
record RemoteStores(ControlPlaneLink link) implements ActorStores.Remote {

    @Override
    public CompletableFuture<byte[]> write(List<KvBatch> batches) {
        return link.ask(new Question.Write(batches));
    }

    @Override
    public CompletableFuture<byte[]> read(ActorId actor, long generation, long confirmed, byte[] reads) {
        return link.ask(new Question.Read(actor, generation, confirmed, new Bytes(reads)));
    }

    @Override
    public CompletableFuture<byte[]> resume(ActorId actor, long generation) {
        return link.ask(new Question.Resume(actor, generation));
    }
}
