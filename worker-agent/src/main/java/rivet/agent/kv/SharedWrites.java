package rivet.agent.kv;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvWire;

/**
 * Writes of many actors share round trips to the control plane: what comes while one is under way goes with the next. Two are
 * under way at most, one of which is on its way while the other is being committed.
 */
final class SharedWrites implements AutoCloseable {

    private static final int ROUND_TRIPS = 2;
    private static final int MOST_WAITING = 2_000;
    private static final int MOST_TOGETHER = 200;

    /** Beside its message: who it is of, and lengths. */
    private static final int HEAD_BYTES = 64;

    private static final int MOST_ALONE = RemoteStore.MOST_IN_A_BATCH + HEAD_BYTES;

    private final ActorStores.Remote remote;
    private final Pace pace;
    private final BlockingQueue<Waiting> queue;
    private final Semaphore trips;
    private final Runnable end;

    SharedWrites(ActorStores.Remote remote, Pace pace, StoreMeters meters) {
        this.remote = remote;
        this.pace = pace;
        this.queue = pace.queue(MOST_WAITING);
        meters.watch(queue, MOST_WAITING);
        this.trips = pace.places(ROUND_TRIPS);
        this.end = pace.start("kv-writes", this::run);
    }

    private record Waiting(KvBatch batch, CompletableFuture<Bytes> answers) {

        int bytes() {
            return HEAD_BYTES + batch.message().length();
        }
    }

    /** @throws IOException nobody knows what became of it; the same batch may be sent again */
    List<byte[]> write(KvBatch batch, long atMostNanos) throws IOException, InterruptedException {
        var waiting = new Waiting(batch, new CompletableFuture<>());
        if (!queue.offer(waiting)) {
            throw new IOException("too many writes wait");
        }
        try {
            var answers = pace.await(waiting.answers(), atMostNanos);
            if (answers.length() == 0) {
                throw new IOException("the control plane does not know yet");
            }
            return KvWire.split(answers.array());
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        end.run();
    }

    private void run() {
        try {
            while (true) {
                trips.acquire();
                send(take());
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private List<Waiting> take() throws InterruptedException {
        var together = new ArrayList<Waiting>();
        var next = queue.take();
        int bytes = 0;
        while (next != null) {
            together.add(next);
            bytes += next.bytes();
            // Whatever the next one is, it fits.
            boolean room = together.size() < MOST_TOGETHER && bytes <= KvWire.MOST_TOGETHER - MOST_ALONE;
            next = room ? queue.poll() : null;
        }
        return together;
    }

    private void send(List<Waiting> together) throws InterruptedException {
        try {
            var _ = remote.write(together.stream().map(Waiting::batch).toList()).whenComplete((reply, failure) -> {
                trips.release();
                if (failure == null) {
                    answered(together, reply);
                } else {
                    failed(together, failure);
                }
            });
        } catch (IOException | RuntimeException e) {
            trips.release();
            failed(together, e);
        }
    }

    private static void answered(List<Waiting> together, byte[] reply) {
        List<byte[]> answers;
        try {
            answers = KvWire.split(reply);
        } catch (IllegalArgumentException e) {
            failed(together, e);
            return;
        }
        if (answers.size() != together.size()) {
            failed(together, new IOException("%d answers (expected: %d)".formatted(answers.size(), together.size())));
            return;
        }
        for (int i = 0; i < answers.size(); i++) {
            together.get(i).answers().complete(new Bytes(answers.get(i)));
        }
    }

    private static void failed(List<Waiting> together, Throwable why) {
        together.forEach(waiting -> waiting.answers().completeExceptionally(why));
    }
}
