package rivet.agent;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import rivet.agent.kv.ActorStores;
import rivet.agent.link.ControlPlaneLink;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvCall.Question;

/** Actors' stores are behind the link. */
record RemoteStores(ControlPlaneLink link) implements ActorStores.Remote {

    @Override
    public CompletableFuture<byte[]> write(List<KvBatch> batches) throws IOException, InterruptedException {
        return link.ask(new Question.Write(batches));
    }

    @Override
    public byte[] read(ActorId actor, long generation, long confirmed, byte[] reads)
            throws IOException, InterruptedException {
        return answered(new Question.Read(actor, generation, confirmed, new Bytes(reads)));
    }

    @Override
    public byte[] resume(ActorId actor, long generation) throws IOException, InterruptedException {
        return answered(new Question.Resume(actor, generation));
    }

    private byte[] answered(Question question) throws IOException, InterruptedException {
        try {
            return link.ask(question).get();
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }
}
