package rivet.agent.kv;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import rivet.protocol.ActorId;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/** Answers each write with its batch's number, and can be slow or away. */
final class ScriptedControlPlane implements ActorStores.Remote {

    static final long RESUMED_AT = 1L << 32;

    final AtomicInteger failures = new AtomicInteger();

    /** Batches below it come too late. */
    final AtomicLong number = new AtomicLong();

    final List<Long> confirmedToReaders = new CopyOnWriteArrayList<>();
    private final List<List<KvBatch>> roundTrips = new ArrayList<>();
    volatile KvAnswer nextAlarm = new KvAnswer.NotDue(-1);
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Holds up all that comes until it is opened. */
    CountDownLatch shut() {
        gate = new CountDownLatch(1);
        return gate;
    }

    synchronized List<List<KvBatch>> roundTrips() {
        return List.copyOf(roundTrips);
    }

    @Override
    public CompletableFuture<byte[]> write(List<KvBatch> batches) {
        synchronized (this) {
            roundTrips.add(batches);
        }
        return passed(() -> KvWire.join(batches.stream().map(this::answers).toList()));
    }

    @Override
    public CompletableFuture<byte[]> read(ActorId actor, long generation, long confirmed, byte[] reads) {
        confirmedToReaders.add(confirmed);
        return passed(() -> KvWire.join(KvWire.split(reads).stream()
                .map(KvWire::request)
                .map(read ->
                        KvWire.write(read instanceof KvRequest.NextAlarm ? nextAlarm : new KvAnswer.Found(List.of())))
                .toList()));
    }

    @Override
    public CompletableFuture<byte[]> resume(ActorId actor, long generation) {
        return passed(() -> KvWire.write(new KvAnswer.Written(number.addAndGet(RESUMED_AT), List.of())));
    }

    private CompletableFuture<byte[]> passed(Supplier<byte[]> answer) {
        var answered = new CompletableFuture<byte[]>();
        Thread.ofVirtual().start(() -> {
            try {
                pass();
                answered.complete(answer.get());
            } catch (IOException | InterruptedException e) {
                answered.completeExceptionally(e);
            }
        });
        return answered;
    }

    private void pass() throws IOException, InterruptedException {
        gate.await();
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IOException("away");
        }
    }

    private byte[] answers(KvBatch batch) {
        var answer = batch.number() < number.get()
                ? new KvAnswer.Refused(Code.UNAVAILABLE, "a later write came before this one")
                : new KvAnswer.Written(batch.number(), List.of());
        return KvWire.join(KvWire.split(batch.message().array()).stream()
                .map(_ -> KvWire.write(answer))
                .toList());
    }
}
